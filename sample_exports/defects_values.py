"""Plants what goes wrong in the cells of contacts: phones, countries, damaged text, dates, blanks and fillers."""

from datetime import datetime, timedelta

from company import AS_OF
from exports import Record
from planting import BOTH, HS, SF, XL, Condition, Planter, filled, international, longer, plain_phones, works_at_home


def plant_values(p: Planter) -> None:
    _phones(p)
    _countries(p)
    _texts(p)
    _dates(p)
    _blanks(p)


def _phones(p: Planter) -> None:
    def wrong(text: str) -> str:
        digits = "".join(mark for mark in text if mark.isdigit() or mark == "+")
        if digits.startswith(("+49", "+43")):
            return p.random.choice((digits[:3] + "000" + digits[-4:], digits + "00417338"))
        return p.random.choice((digits[:-4], digits[:7], digits + "00417", digits[:4] + "1234"))

    for name, tables, count in (("phone", HS, 30), ("mobile", HS, 16), ("phone", SF, 18), ("phone", XL, 9)):
        for record in p.pick(tables, count, filled(name, "country"), international(name), single=False):
            true = record.text(name)
            p.put(record, "VAL020", name, wrong(true), true)
    for at, record in enumerate(
        p.pick(BOTH, 11, filled("mobile"), lambda r: r.text("mobile").startswith("+") and len(r.text("mobile")) > 11)
    ):
        digits = record.text("mobile").replace(" ", "").lstrip("+")
        p.put(
            record,
            "VAL027",
            "mobile",
            f"{digits[0]}.{digits[1:6]}E+{len(digits) - 1}"
            if at % 2
            else f"{digits[0]}.{digits[1:3]}E+{len(digits) - 1}",
        )
    homes = {"DE": "ID", "GB": "SG", "ID": "SG", "SG": "ID", "US": "DE", "MY": "GB", "NL": "DE", "AU": "GB"}
    known = {
        code: [x for x in p.people.values() if x.country == code and x.account] for code in ("ID", "SG", "DE", "GB")
    }
    for record in p.pick(BOTH, 30, filled("country"), lambda r: p.people[r.person].country in homes):
        elsewhere = known[homes[p.people[record.person].country]]
        city = p.random.choice([person.account.city for person in elsewhere if person.account])
        number = p.sample.world.book.landline(homes[p.people[record.person].country], city)
        p.put(record, "CON005", "country", record["country"], "the phone is abroad")
        record.values.update(phone=number.e164, mobile=None)


def _countries(p: Planter) -> None:
    spellings = {
        "US": ("USA", "U.S.", "US", "United States of America"),
        "GB": ("UK", "GB", "Great Britain"),
        "DE": ("Deutschland", "DE", "DEU"),
        "ID": ("ID", "IDN", "Republic of Indonesia"),
        "SG": ("SG", "SGP"),
        "NL": ("Holland", "NL"),
        "MY": ("MY",),
        "AU": ("AU",),
        "AT": ("Österreich",),
        "CH": ("CH",),
    }
    for record in p.pick(BOTH, 74, filled("country"), plain_phones, single=False):
        country = p.people[record.person].country
        p.put(record, "CON030", "country", p.random.choice(spellings[country]))
    for at, record in enumerate(p.pick(BOTH, 12, filled("country"), plain_phones)):
        p.put(record, "VAL031", "country", ("EMEA", "Europe", "APAC", "Far East", "Atlantis", "Middle Earth")[at % 6])
    for at, record in enumerate(
        p.pick(HS, 6, filled("country"), plain_phones, lambda r: p.people[r.person].country in ("DE", "ID"))
    ):
        p.put(
            record,
            "CON003",
            "country",
            ("Germnay", "Germny")[at % 2]
            if p.people[record.person].country == "DE"
            else ("Indonisia", "Indonesa")[at % 2],
        )
        record.flag("VAL031", "country", "misspelt")


def mojibake(text: str, encoding: str = "cp1252") -> str:
    """UTF-8 read as if it were a Western European page."""
    return text.encode().decode(encoding)


def _texts(p: Planter) -> None:
    def damaged(name: str) -> Condition:
        return lambda record: bool(set("äöü") & set(record.text(name))) and not set("ÄÖÜß") & set(record.text(name))

    for name, tables, count in (
        ("last_name", HS, 9),
        ("first_name", HS, 4),
        ("city", HS, 7),
        ("company_name", HS, 5),
        ("last_name", SF, 3),
        ("city", SF, 3),
    ):
        for record in p.pick(tables, count, damaged(name), single=False):
            p.put(record, "VAL024", name, mojibake(record.text(name)))
    marks = (
        ("last_name", "\u200b"),
        ("company_name", "\u00a0"),
        ("first_name", "\ufeff"),
        ("job_title", "\u200d"),
        ("city", "\u202e"),
        ("company_name", "\u200b"),
    )
    for at in range(22):
        name, mark = marks[at % 6]
        record = p.pick(HS, 1, longer(name, 4), single=False)[0]
        text = record.text(name)
        middle = text.index(" ") if mark == "\u00a0" and " " in text else len(text) // 2
        rest = middle + 1 if mark == "\u00a0" and " " in text else middle
        p.put(record, "VAL025", name, mark + text if mark == "\ufeff" else text[:middle] + mark + text[rest:])
    for name, tables, count in (
        ("first_name", BOTH, 12),
        ("last_name", BOTH, 12),
        ("company_name", BOTH, 14),
        ("job_title", HS, 8),
        ("city", HS, 6),
    ):
        for record in p.pick(tables, count, filled(name), single=False):
            text = record.text(name)
            shapes = [f" {text}", f"{text} ", f"{text}  "] + ([text.replace(" ", "  ", 1)] if " " in text else [])
            p.put(record, "VAL026", name, p.random.choice(shapes))
    for at, (name, broken) in enumerate(
        (
            ("job_title", "#REF!"),
            ("company_name", "#REF!"),
            ("city", "#NAME?"),
            ("job_title", "#NAME?"),
            ("city", "#REF!"),
            ("city", "#N/A"),
            ("job_title", "#NAME?"),
            ("job_title", "#N/A"),
        )
    ):
        record = p.pick(HS if at % 2 else SF, 1, filled(name))[0]
        p.put(record, "VAL027", name, broken)
    for at, record in enumerate(p.pick(BOTH, 9, filled("email"), single=False)):
        cards = (
            "4111 1111 1111 1111",
            "5555555555554444",
            "3782 822463 10005",
            "6011 1111 1111 1117",
            "4242-4242-4242-4242",
        )
        p.put(
            record,
            "VAL040",
            "note",
            f"Pays by card {cards[at % 5]} exp {p.random.randrange(1, 12):02d}/28, order by phone",
            "no card number",
        )
    for at, record in enumerate(p.pick(BOTH, 9, filled("email"), single=False)):
        said = (
            "portal password: Gefrier!2025",
            "VPN pwd=Kaltfront7",
            "api_key=9f83c2e1a07b4d55b6e2",
            "Login for the data room, password: coolbox#88",
            "passwd: Sensor2026!",
        )
        p.put(record, "VAL041", "note", said[at % 5], "no secret")
    for record in p.pick(HS, 5, filled("email"), single=False):
        record.values["note"] = (
            f"Logger serial no. 8000{p.random.randrange(10**8, 10**9)}, order no. 2026-{p.random.randrange(1000, 9999)}"
        )


def _dates(p: Planter) -> None:
    def engaged(record: Record) -> bool:
        opened = record.when("last_open_at")
        return opened is not None and opened > datetime(2025, 1, 1)

    for at, record in enumerate(p.pick(HS, 6, engaged)):
        p.put(record, "VAL023", "created_at", datetime(1970, 1, 1) if at % 2 else datetime(1900, 1, 1))
    for record in p.pick(HS, 5, filled("updated_at")):
        p.put(record, "VAL023", "updated_at", AS_OF + timedelta(days=p.random.randrange(90, 900), hours=11))
    for record in p.pick(HS, 4, engaged):
        p.put(record, "VAL023", "last_activity_at", AS_OF + timedelta(days=p.random.randrange(200, 1500), hours=9))
    for record in p.pick(("hs_company",), 2, single=False):
        p.put(record, "VAL023", "created_at", datetime(1900, 1, 1))
    for at, record in enumerate(p.pick(HS, 5, engaged)):
        p.put(
            record,
            "VAL022",
            "created_at",
            ("2025-02-30 10:12", "31.06.25 ca. 9h", "last autumn", "spring 2025", "2025-13-04 08:00")[at],
        )
    for at, record in enumerate(p.pick(XL, 4, single=False)):
        p.put(record, "VAL022", "last_contacted_at", ("after the fair", "KW 38", "Sept?", "before Easter")[at])
    for record in p.pick(
        HS, 9, filled("created_at", "updated_at"), lambda r: (r.when("created_at") or AS_OF).year > 2024
    ):
        created = record.when("created_at") or AS_OF
        p.put(record, "CON033", "updated_at", created - timedelta(days=p.random.randrange(3, 90)))


def _blanks(p: Planter) -> None:
    for record in p.pick(HS, 26, filled("email", "first_name")):
        p.put(record, "CMP001", "last_name", None, p.people[record.person].name)
        record.values["first_name"] = None
    for record in p.pick(HS + SF + XL, 18):
        p.put(record, "CMP002", "email", None)
        record.values.update(phone=None, mobile=None)
    for record in p.pick(HS, 165, single=False):
        p.put(record, "CMP003", "lead_source", None)
    for record in p.pick(SF, 34, single=False):
        p.put(record, "CMP003", "lead_source", None)
    fillers = (
        ("job_title", ("n/a", "-", "N/A", "none", "tbd", "xxx")),
        ("company_name", ("-", "n/a", "unknown", "xxx", "none")),
        ("city", ("-", "n/a", "N/A", "xxx")),
        ("industry", ("Select", "n/a")),
        ("lead_status", ("Select",)),
    )
    for name, words in fillers:
        for at, record in enumerate(p.pick(BOTH, 11 if name != "lead_status" else 4, filled(name), works_at_home)):
            p.put(record, "VAL011", name, words[at % len(words)])
    for at, record in enumerate(p.pick(HS, 7, filled("first_name", "last_name"))):
        p.put(record, "VAL011", "first_name", ("Test", "asdf", "xxx", "Unknown")[at % 4])
    for record in p.pick(BOTH, 7, filled("phone"), works_at_home):
        p.put(record, "VAL011", "phone", "000-0000")
    for record in p.pick(SF, 2):
        p.put(record, "VAL011", "email", "test@test.com")
    for record in p.pick(HS, 14, lambda r: r["lifecycle_stage"] == "Customer", single=False):
        p.put(record, "OWN002", "owner", None)
