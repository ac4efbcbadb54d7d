"""Real names, addresses and numbers that look odd and are right: no rule may find anything in them."""

import pandas as pd
import phonenumbers
import pytest

from audit.dataset import Dataset, table_from_frame
from audit.engine import run_rules
from audit.rule import Context, Outcome
from rules.catalogue import RULES

CTX = Context(pd.Timestamp("2026-11-01"))

NAMES = """
Jennifer Null; Sarah Test; Joe Tester; Christopher Null; Ali Testa; Anna Nan; Na Li; Nan Goldin; Jennifer None
Ann Blank; Siobhán O'Neil-Ng; Conan O’Brien; D'Arcy Wretzky; Renée d'Arc; Charlotte Church; Peter Bank; Björn Koch
Mary Holden; Thị Minh Khai Nguyễn; Anh Tuấn Trần; Lan Lê; Wei Ng; Jia Wu; Xi O; Ai E; Min Yu; Jin-woo U; Fu I
Hoa Do; Mai Vo; Jan van der Berg; Anna van 't Hoff; Ludwig von der Heide; Vincent de la Cruz; Ana dos Santos
José da Silva; Karim Ben Ali; Jean-Luc Picard; Mary Ann Smith; Juan Carlos García Márquez; Hans-Peter Müller
Anne-Sophie Lefèvre; María José Ñíguez; Md. Rahman; Mohd. Yusof; Abdul Karim; Siti Nurhaliza; Budi Santoso
Dewi Lestari; I Wayan Sudiarta; Ni Made Ayu; Sri Mulyani; Prince Harris; Dean Martin; Judge Reinhold; King Smith
Major Tom; Don Quijano; Justice Smith; Pastor Maldonado; Doctor Khumalo; X Æ Musk; Þór Magnússon; Zoë Kravitz
Łukasz Żółć; Åsa Öberg; Ngũgĩ Thiong'o; Dvořák Šárka; Çağlar Şahin; Ioana Țepeș; Анна Иванова; Ελένη Παπαδοπούλου
小龍 李; 健太 佐藤; 민준 김; محمد علي; דוד כהן; สมชาย ใจดี; अर्जुन शर्मा; გიორგი მაისურაძე; Maria Sa; Kim Co; John As; Bo Ek
Pär Ab; Ole Se; Fred Ma; Eva Ba; Lars Oy; Inga Ag; Le Pt; An Cv; Ina Gbadebo; Will May; April June; Summer Rain
Chase Banks; Rich Price; Grant Money; Mark Page; Bill Pay; Art Field; Rose Street; Ima Hogg; Jack Daniels
Harry Potter; James Bond; Peter Parker; Jane Doe; John Doe; Minnie Driver; Donald Drake; Homer Hickam
Robert Downey Jr.; William Gates III; Sammy Davis Jr; J. R. Ewing; C. S. Lewis; Ann-B. Davis; T. Boone Pickens
Mary-Kate Olsen; MacKenzie McDonald; LeBron DeAngelo; DeShawn LaRue; Ilse FitzGerald; Ian MacGregor-Smith
Bernadette O'Dowd; Kiri Te Kanawa; Ferrari Enzo; Mercedes Ford; Dior Armani; Hilton Marriott; Paris Berlin
Austin Dallas; Carolina Virginia; Israel Holland
""".replace(";", "\n")
SINGLE_NAMES = ("Sukarno", "Suharto", "Dewi", "Teller", "Björk", "Nhat", "Rani")
EMAILS = (
    '"jane doe"@kembara.co.id',
    '"a,b;c"@kembara.co.id',
    "jörg@müller.de",
    "用户@例子.广告",
    "δοκιμή@παράδειγμα.ελ",
    "o'neil@kembara.co.id",
    "jane+crm@kembara.co.id",
    "user%mail@kembara.co.id",
    "jane/doe=sales-lead@kembara.co.id",
    "x@q.com",
    "jane@t.co",
    "_jane_@kembara.co.id",
    "jane.doe@mail.kembara.co.id",
    "1234567890@qq.com",
    "jane@museum.museum",
    "jane@ymail.com",
    "jane@gmx.net",
    "attest@kembara.co.id",
    "info.berg@kembara.co.id",
    "jane@xn--mller-kva.de",
)
PHONE_COUNTRIES = "US CA GB DE FR ES IT NL AT CH AU ID IN BR PT PL SE NO DK FI IE SG MY JP CN MX ZA KE AE NZ".split()
ADDRESSES = (
    ("United States", "New York", "New York", "10001"),
    ("United States", "DC", "Washington", "20500"),
    ("United States", "MO", "Kansas City", "64106"),
    ("United States", "NC", "Winston-Salem", "27101"),
    ("United States", "PR", "San Juan", "00901"),
    ("Canada", "BC", "100 Mile House", "V0K 2E0"),
    ("Canada", "Quebec", "Saint-Louis-du-Ha! Ha!", "G0L 3S0"),
    ("United Kingdom", "Wales", "Llanfairpwllgwyngyll", "LL61 5UJ"),
    ("United Kingdom", "Kent", "Ham", "CT14 0ED"),
    ("Germany", "Hessen", "Frankfurt am Main", "60311"),
    ("Germany", "Sachsen-Anhalt", "Halle (Saale)", "06108"),
    ("Germany", "Niedersachsen", "Leer", "26789"),
    ("France", "Île-de-France", "Paris 15", "75015"),
    ("France", "Somme", "Y", "80190"),
    ("Italy", "NA", "Napoli", "80121"),
    ("Italy", "MI", "Milano", "20121"),
    ("Spain", "Cataluña", "L'Hospitalet de Llobregat", "08901"),
    ("Netherlands", "Zuid-Holland", "'s-Gravenhage", "2511 CV"),
    ("Austria", "Wien", "Wien", "1010"),
    ("Switzerland", "VD", "La Tour-de-Peilz", "1814"),
    ("Australia", "WA", "Perth", "6000"),
    ("Australia", "QLD", "Seventeen Seventy", "4677"),
    ("Indonesia", "Bali", "Denpasar", "80361"),
    ("Indonesia", "DKI Jakarta", "Jakarta Selatan", "12190"),
    ("India", "Punjab", "Amritsar", "143 001"),
    ("Pakistan", "Punjab", "Lahore", "54000"),
    ("Brazil", "SP", "São Paulo", "01310-100"),
    ("Peru", "Amazonas", "Chachapoyas", "01001"),
    ("Portugal", "", "Lisboa", "1100-148"),
    ("Poland", "", "Łódź", "90-001"),
    ("Sweden", "", "Å", "643 95"),
    ("Norway", "", "Hell", "7517"),
    ("Denmark", "", "København S", "2300"),
    ("Finland", "", "Ii", "91100"),
    ("Ireland", "", "Dublin 2", "D02 X285"),
    ("Singapore", "", "Singapore", "018956"),
    ("Malaysia", "Johor", "Johor Bahru", "80000"),
    ("Japan", "", "Tsu", "514-0001"),
    ("China", "", "Beijing", "100000"),
    ("Mexico", "Ciudad de México", "Ciudad de México", "06000"),
    ("Argentina", "", "25 de Mayo", "B6660"),
    ("Georgia", "", "Tbilisi", "0105"),
    ("Hong Kong SAR China", "", "Kowloon", ""),
)
COMPANIES = (
    "Booking.com",
    "3M",
    "X",
    "7-Eleven",
    "1-800-Flowers",
    "Yahoo!",
    "Null Industries",
    "Test Rite International",
    "Société Générale",
    "日本電信電話株式会社",
    "PT Astra International Tbk",
    "H&M",
    "Jane Doe Consulting",
    "Marks & Spencer",
    "24/7 Real Media",
    "N/A Records Ltd",
)
MESSAGES = (
    "Call +62 812 3456 7890 after 4 pm",
    "Order 4111-2222-3333-4444, invoice 2026-0001",
    "Password reset requested",
    "Social security was discussed, order 123-45-6789",
    "Tracking 9400110200881234567890, container MSKU1234565",
    "VAT DE136695976",
)


def found_in(entity: str, rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """Rule, field and value of every finding in a table of these rows, each of another person and company."""
    frame = pd.DataFrame(rows)
    if entity == "contact":
        frame = frame.assign(person=[f"P{n}" for n in range(len(rows))])
    data = Dataset({entity: table_from_frame(entity, frame.replace("", None))})
    findings, results = run_rules(RULES, data, CTX)
    assert [result for result in results if result.outcome is Outcome.ERRORED] == []
    return list(findings[["rule_id", "field", "value"]].itertuples(index=False, name=None))


def names() -> list[tuple[str, str]]:
    """First and last names; the last word is the last name, with the particle before it."""
    parted = []
    for name in (line.strip() for line in NAMES.splitlines() if line.strip()):
        words = name.split()
        start = next((n for n, word in enumerate(words) if n and word.islower()), len(words) - 1)
        if words[-1] in ("Jr.", "Jr", "III"):
            start = len(words) - 2
        parted.append((" ".join(words[:start]), " ".join(words[start:])))
    return parted


@pytest.mark.parametrize("entity", ["contact", "form_submission"])
def test_names_in_parts(entity: str) -> None:
    assert len(names()) > 120
    rows = [
        {"first_name": first, "last_name": last, "email": f"m{n}@kembara.co.id"}
        for n, (first, last) in enumerate(names())
    ]
    assert found_in(entity, rows) == []


@pytest.mark.parametrize("entity", ["contact", "form_submission"])
def test_whole_names(entity: str) -> None:
    rows = [{"full_name": f"{first} {last}", "email": f"m{n}@kembara.co.id"} for n, (first, last) in enumerate(names())]
    assert found_in(entity, rows) == []


def test_people_with_one_name() -> None:
    rows = [
        {"first_name": name, "last_name": name if n % 2 else "", "email": f"m{n}@kembara.co.id"}
        for n, name in enumerate(SINGLE_NAMES)
    ]
    assert found_in("contact", rows) == []


@pytest.mark.parametrize("entity", ["contact", "form_submission", "account"])
def test_addresses_of_mail(entity: str) -> None:
    named = {"name": "Kembara {}"} if entity == "account" else {"first_name": "Ayu", "last_name": "Wira{}"}
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [
        {**{key: text.format(letters[n]) for key, text in named.items()}, "email": address}
        for n, address in enumerate(EMAILS)
    ]
    assert found_in(entity, rows) == []


def test_example_numbers_of_many_countries() -> None:
    kinds = phonenumbers.PhoneNumberType
    rows = []
    for n, country in enumerate(PHONE_COUNTRIES):
        fixed, mobile = (
            phonenumbers.example_number_for_type(country, kind) for kind in (kinds.FIXED_LINE, kinds.MOBILE)
        )
        rows.append(
            {
                "first_name": "Ayu",
                "last_name": f"Wira{chr(97 + n % 26)}{chr(97 + n // 26)}",
                "email": f"m{n}@kembara.co.id",
                "phone": phonenumbers.format_number(fixed, phonenumbers.PhoneNumberFormat.E164),
                "mobile": phonenumbers.format_number(mobile, phonenumbers.PhoneNumberFormat.E164),
            }
        )
    assert found_in("contact", rows) == []


@pytest.mark.parametrize("entity", ["contact", "account"])
def test_places(entity: str) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = []
    for n, (country, state, city, code) in enumerate(ADDRESSES):
        unique = f"{letters[n % 26]}{letters[n // 26]}"
        named = (
            {"name": f"Kembara {unique}"}
            if entity == "account"
            else {"first_name": "Ayu", "last_name": f"Wira{unique}", "email": f"m{n}@kembara.co.id"}
        )
        rows.append({**named, "country": country, "state": state, "city": city, "postal_code": code})
    assert found_in(entity, rows) == []


def test_companies() -> None:
    assert found_in("account", [{"name": name} for name in COMPANIES]) == []


def test_messages() -> None:
    rows = [
        {"form": "Demo", "email": f"m{n}@kembara.co.id", "first_name": "Ayu", "last_name": "Wira", "message": message}
        for n, message in enumerate(MESSAGES)
    ]
    assert found_in("form_submission", rows) == []
