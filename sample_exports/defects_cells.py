"""Plants what goes wrong in single cells of contacts: decorated mails, phones for two, titles, jokes, secrets."""

from company import fold
from exports import Record
from planting import BOTH, HS, SF, Condition, Planter, filled, international, works_at_home
from vocabulary import FAMILY, GIVEN

WESTERN = ("DE", "GB", "US", "NL", "AT", "CH", "AU")
_FORMS = (
    " GmbH",
    " Ltd",
    " Limited",
    " LLC",
    " Inc.",
    " Corp.",
    " PLC",
    " LLP",
    " Pte Ltd",
    " Sdn Bhd",
    " B.V.",
    " Tbk",
)


def plant_cells(p: Planter) -> None:
    _addresses(p)
    _phones(p)
    _shared_phones(p)
    _names(p)
    _nobodies(p)
    _companies_and_persons(p)
    _places(p)
    _identities(p)
    _shifted(p)


def from_country(p: Planter, *countries: str) -> Condition:
    return lambda record: p.people[record.person].country in countries


def tidy_name(p: Planter) -> Condition:
    """The first and last name of the person as they are, the mail made of both."""

    def tidy(record: Record) -> bool:
        person = p.people[record.person]
        given, family = fold(person.first), fold(person.last)
        return (
            bool(person.last)
            and (record["first_name"], record["last_name"]) == (person.first, person.last)
            and given.isalpha()
            and family.isalpha()
            and record.text("email").startswith(f"{given}.{family}@")
            and person.last not in GIVEN[person.country]
            and person.first not in FAMILY[person.country]
        )

    return tidy


def _addresses(p: Planter) -> None:
    for at, record in enumerate(p.pick(BOTH, 8, filled("email"), works_at_home)):
        true, other = record.text("email"), p.people[record.person].private_email
        p.put(record, "VAL005", "email", f"{other}{('; ', ', ', ' / ', ' or ')[at % 4]}{true}", true)


def _phones(p: Planter) -> None:
    for at, record in enumerate(p.pick(HS, 8, filled("phone", "country"), international("phone"))):
        person = p.people[record.person]
        assert person.account is not None
        second = p.sample.world.book.landline(person.country, person.account.city)
        true = record.text("phone")
        p.put(record, "VAL012", "phone", f"{true}{(' / ', '; ', ' or ')[at % 3]}{second.international()}", true)
    shapes = ("{} ext. 12", "{} x204", "{} Ext 7", "{} extension 31")
    for at, record in enumerate(p.pick(BOTH, 8, filled("phone"), international("phone"), from_country(p, *WESTERN))):
        true = record.text("phone")
        p.put(record, "VAL013", "phone", shapes[at % 4].format(true), true)
    for record in p.pick(BOTH, 10, filled("country"), from_country(p, "ID", "SG", "DE", "GB")):
        person = p.people[record.person]
        assert person.account is not None
        line = p.sample.world.book.landline(person.country, person.account.city)
        p.put(record, "VAL014", "mobile", line.e164, "a fixed line")


def _shared_phones(p: Planter) -> None:
    """The number of an agent on people who have nothing to do with each other; two who share one are none yet."""
    taken: set[str] = set()

    def strangers(record: Record) -> bool:
        person = p.people[record.person]
        return person.country == "ID" and bool(person.last) and not taken & {record.account, person.last}

    for size in (5, 4, 2, 2):
        group: list[Record] = []
        while len(group) < size:
            record = p.pick(BOTH, 1, filled("email", "first_name", "last_name"), strangers)[0]
            taken |= {record.account, p.people[record.person].last}
            group.append(record)
        account = p.company(group[0])
        number = p.sample.world.book.landline("ID", account.city).e164
        for record in group:
            if size > 2:
                p.put(record, "UNQ008", "phone", number, "a number of one's own")
            record.values.update(phone=number, mobile=None)


def _names(p: Planter) -> None:
    tidy = tidy_name(p)
    for at, record in enumerate(p.pick(BOTH, 9, tidy, from_country(p, *WESTERN, "ID"))):
        first, last = record.text("first_name"), record.text("last_name")
        if at % 3 == 0:
            p.put(record, "VAL036", "first_name", f"{first} {last}", first)
            record.values["last_name"] = None
        elif at % 3 == 1:
            p.put(record, "VAL036", "first_name", f"{first} {last}", first)
        else:
            p.put(record, "VAL036", "last_name", f"{first} {last}", last)
    for number, record in enumerate(p.pick(HS, 4, tidy, from_country(p, "US", "DE"))):
        second = ("Ann", "Lee") if p.people[record.person].country == "US" else ("Maria", "Marie")
        record.values["first_name"] = f"{record['first_name']} {second[number % 2]}"
    for at, record in enumerate(p.pick(HS, 9, tidy, from_country(p, *WESTERN, "ID"))):
        first, last = record.text("first_name"), record.text("last_name")
        if at % 3:
            title = "Bapak" if p.people[record.person].country == "ID" else ("Dr.", "Prof. Dr.", "Mr")[at % 4 % 3]
            p.put(record, "VAL039", "first_name", f"{title} {first}")
        else:
            p.put(record, "VAL039", "last_name", f"{last}{(', PhD', ' MBA', ', S.Kom.')[at // 3 % 3]}")
    for name, record in zip(("Dean", "Prince", "Judge"), p.pick(HS, 3, tidy, from_country(p, "US", "GB")), strict=True):
        record.values["last_name"] = name
    latin = "".maketrans("aeopcx", "аеорсх")
    for at, record in enumerate(p.pick(HS, 9, tidy, from_country(p, *WESTERN, "ID"))):
        first = record.text("first_name")
        shapes = (
            f"{first} \N{CHERRY BLOSSOM}",
            f"\N{WHITE MEDIUM STAR} {first}",
            first[0] + first[1:].translate(latin),
        )
        if shapes[2] == first and at % 3 == 2:
            at = 0
        p.put(record, "VAL043", "first_name", shapes[at % 3])
    foreign = (("Анна", "Соколова"), ("Γιώργος", "Παππάς"), ("Tuấn", "Nguyễn"))
    for (first, last), record in zip(foreign, p.pick(HS, 3, tidy), strict=True):
        record.values.update(first_name=first, last_name=last)
    others = [person for person in p.sample.world.people if person.last and not person.special]
    for record in p.pick(SF, 8, tidy):
        stranger = p.random.choice(others)
        while {stranger.first, stranger.last} & {record["first_name"], record["last_name"]}:
            stranger = p.random.choice(others)
        p.put(record, "CON047", "full_name", stranger.name)


def _nobodies(p: Planter) -> None:
    """Made-up people; James Bond and Peter Parker of a company are none for certain."""
    figures = (
        *(("Mickey", "Mouse"), ("Donald", "Duck"), ("Max", "Mustermann"), ("Erika", "Mustermann")),
        *(("Homer", "Simpson"), ("Darth", "Vader"), ("Santa", "Claus"), ("Your", "Name")),
    )
    for (first, last), record in zip(figures, p.pick(HS, 8, filled("email", "first_name", "last_name")), strict=True):
        p.put(record, "VAL044", "last_name", last)
        record.values["first_name"] = first
    for (first, last), record in zip(
        (("James", "Bond"), ("Peter", "Parker")), p.pick(HS, 2, works_at_home, from_country(p, "GB", "US")), strict=True
    ):
        record.values.update(first_name=first, last_name=last)


def _companies_and_persons(p: Planter) -> None:
    def has_form(record: Record) -> bool:
        name = p.company(record).name
        return name.endswith(_FORMS) or name.startswith(("PT ", "CV "))

    for at, record in enumerate(p.pick(BOTH, 8, has_form, works_at_home)):
        name = p.company(record).name
        p.put(record, "VAL037", "last_name", name)
        first, _, rest = name.partition(" ")
        if at % 2 and not name.startswith(("PT ", "CV ")):
            record.values.update(first_name=first, last_name=rest)
        else:
            record.values["first_name"] = None
        if "full_name" in record.values:
            record.values["full_name"] = name
    tidy = tidy_name(p)
    for record in p.pick(HS, 8, tidy, filled("company_name")):
        p.put(record, "VAL038", "company_name", p.people[record.person].name)
    for record in p.pick(HS, 3, filled("company_name", "last_name"), from_country(p, *WESTERN)):
        form = "GmbH" if p.people[record.person].country in ("DE", "AT", "CH") else "Ltd"
        record.values["company_name"] = f"{p.people[record.person].name} {form}"


def _places(p: Planter) -> None:
    def behind(record: Record) -> str:
        account = p.company(record)
        return {"US": account.city.state}.get(account.country, account.postcode)

    for at, record in enumerate(p.pick(BOTH, 10, filled("city"), from_country(p, "US", "DE", "GB", "ID", "NL"))):
        city, rest = record.text("city"), behind(record)
        european = p.people[record.person].country in ("DE", "NL")
        american = p.people[record.person].country == "US"
        text = f"{rest} {city}" if european else f"{city}{', ' if american and at % 2 else ' '}{rest}"
        p.put(record, "VAL045", "city", text)
    for at, record in enumerate(p.pick(HS, 3, filled("city"), from_country(p, "US"))):
        record.values["city"] = ("Washington DC", "Washington, DC", "Washington D.C.")[at]
    foreign = {"DE": "M17 1SN", "GB": "60314", "US": "E16 2HB", "ID": "SE8 5HW", "SG": "LS9 0PS", "NL": "619110"}
    for record in p.pick(SF, 8, filled("postal_code", "country"), from_country(p, *foreign)):
        p.put(record, "CON051", "postal_code", foreign[p.people[record.person].country])
    for record in p.pick(SF, 6, filled("postal_code", "country"), from_country(p, "DE", "GB", "NL")):
        code = record.text("postal_code")
        shapes = {"DE": f"D-{code}", "GB": code.split()[0], "NL": code.replace(" ", "")}
        record.values["postal_code"] = shapes[p.people[record.person].country]
    at_hubspot = {record.account for record in p.sample.tables["hs_company"]}
    regions = {
        "GB": "Bayern",
        "DE": "California",
        "US": "Jawa Barat",
        "ID": "Texas",
        "SG": "Jawa Timur",
        "AU": "Hessen",
    }
    homes = {account.id: account.country for account in p.sample.world.accounts if account.id not in at_hubspot}
    for record in p.pick(("sf_account",), 8, lambda r: homes.get(r.account) in regions):
        p.put(record, "CON050", "state", regions[homes[record.account]])
    for record in p.pick(("sf_account",), 3, lambda r: r["state"] in ("TX", "NY")):
        record.values["state"] = {"TX": "Texas", "NY": "New York"}[record.text("state")]


def _identities(p: Planter) -> None:
    def no_note(record: Record) -> bool:
        return not record["note"]

    ibans = (
        *("DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "NL91 ABNA 0417 1643 00"),
        *("AT611904300234573201", "CH93 0076 2011 6238 5295 7"),
    )
    for at, record in enumerate(p.pick(BOTH, 8, no_note, single=False)):
        text = ("Refund to {}, please", "Bank details for the deposit: {}", "pays from {}")[at % 3]
        p.put(record, "VAL050", "note", text.format(ibans[at % 5]), "no account number")
    for record in p.pick(BOTH, 3, no_note, single=False):
        record.values["note"] = "Their reference is DE88 3704 0044 0532 0130 00"
    said = (
        *("SSN 078-05-1120 for the credit check", "NIK: 3171014507900001, for the courier"),
        *("Steuer-ID 86 095 742 719 per Telefon", "National insurance no. AB 12 34 56 C"),
        *("KTP 3578056403850002 shown at the gate", "social security 219-09-9999 on file"),
    )
    for at, record in enumerate(p.pick(BOTH, 8, no_note, single=False)):
        p.put(record, "VAL051", "note", said[at % 6], "no national id")
    for record in p.pick(BOTH, 3, no_note, single=False):
        record.values["note"] = f"Order no. 3171{p.random.randrange(10**11, 10**12)}, ask for Mr Tan"


def _shifted(p: Planter) -> None:
    """Rows whose values slid by some columns when a list was pasted in."""
    for record in p.pick(
        HS, 8, filled("email", "phone"), international("phone"), works_at_home, lambda r: not r["mobile"]
    ):
        true = record.text("city")
        record.flag("VAL046", "city", true)
        record.values.update(city=record["phone"], phone=record["email"], email=None)
