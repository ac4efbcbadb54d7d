"""The world of the sample: Halmera Instruments, its staff, the companies it sells to and the people there."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from phones import Phone, PhoneBook
from rapidfuzz.distance import OSA
from vocabulary import (
    CITIES,
    COUNTRY_SHARE,
    FAMILY,
    GIVEN,
    INDUSTRIES,
    SINGLE,
    TITLES,
    TRADE,
    City,
)

SEED = 20261101
AS_OF = datetime(2026, 11, 1)
STALE_BEFORE = datetime(2024, 2, 13)
"""Half of all addresses last used before this day are dead: 1 - 0.6 ** (years / 2) reaches 0.5 after 2.71 years."""
DOMAIN = "halmera.example"
SUBSIDIARY_DOMAIN = "brackwell.example"
MONTH_WEIGHTS = (9, 9, 11, 9, 10, 9, 6, 6, 11, 11, 10, 5)


def stream(name: str) -> Random:
    """A generator of its own for each part, so that a change in one part leaves the others as they were."""
    return Random(f"{SEED}:{name}")


def fold(text: str) -> str:
    """Lower-case ASCII, umlauts spelt out, for addresses."""
    for mark, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")):
        text = text.replace(mark, plain)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def weighted(random: Random, pairs: Mapping[str, float] | Sequence[tuple[str, float]]) -> str:
    items = list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)
    return random.choices([item[0] for item in items], [item[1] for item in items])[0]


def moment(random: Random, first: datetime, last: datetime) -> datetime:
    """A working-hours moment between two days, busier in spring and autumn."""
    while True:
        day = first + timedelta(days=random.randrange(max((last - first).days, 1)))
        if day.weekday() < 5 and random.random() * 11 < MONTH_WEIGHTS[day.month - 1]:
            return day.replace(hour=random.randrange(8, 18), minute=random.randrange(60), second=random.randrange(60))


@dataclass
class User:
    id: str
    name: str
    email: str
    role: str
    team: str
    active: bool
    last_login: datetime | None
    created: datetime
    region: str = ""


@dataclass
class Account:
    id: str
    name: str
    short: str
    domain: str
    country: str
    city: City
    postcode: str
    street: str
    switchboard: Phone
    industry: str
    employees: int
    revenue: int
    created: datetime
    owner: str
    systems: tuple[str, ...]
    people: "list[Person]" = field(default_factory=list)
    family: bool = False


@dataclass
class Person:
    id: str
    first: str
    last: str
    country: str
    account: Account | None
    email: str
    private_email: str
    phone: Phone | None
    mobile: Phone | None
    title: str
    created: datetime
    old: bool = False
    engaged: datetime | None = None
    special: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass
class World:
    users: list[User]
    accounts: list[Account]
    people: list[Person]
    book: PhoneBook

    def owner_of(self, region: str, random: Random, system: str = "hubspot") -> str:
        team = "Brackwell Sales" if system == "salesforce" else "Sales"
        staff = [user for user in self.users if user.team == team]
        reps = [user for user in staff if not region or user.region == region] or staff
        return random.choices(reps, [1.0 if user.active else 0.12 for user in reps])[0].name


REGIONS = {"ID": "ID", "MY": "SG", "SG": "SG", "AU": "SG", "DE": "DACH", "AT": "DACH", "CH": "DACH", "NL": "DACH",
           "GB": "UK", "US": "US"}  # fmt: skip
_STAFF = (
    # name, role, team, region, active, days since the last sign-in on the as-of day
    ("Sari Puspaningrum", "Sales", "Sales", "ID", True, 1), ("Bagas Adinegara", "Sales", "Sales", "ID", True, 0),
    ("Melinda Kertapati", "Sales", "Sales", "ID", True, 3), ("Rendra Wirasena", "Sales", "Sales", "ID", False, 214),
    ("Chua Wen Hui", "Sales", "Sales", "SG", True, 1), ("Arjun Devarajan", "Sales", "Sales", "SG", True, 2),
    ("Thilo Brandstätter", "Sales", "Sales", "DACH", True, 1), ("Marlene Oehlers", "Sales", "Sales", "DACH", True, 4),
    ("Henrik Waldau", "Sales", "Sales", "DACH", True, 2), ("Gesine Paulmann", "Sales", "Sales", "DACH", False, 151),
    ("Oliver Tremlett", "Sales", "Sales", "UK", True, 0), ("Pippa Wainscott", "Sales", "Sales", "UK", True, 5),
    ("Dana Kirchhoff", "Sales", "Sales", "US", True, 1), ("Trevor Mallory", "Sales", "Sales", "US", True, 6),
    ("Nadia Ferreira", "Sales Manager", "Management", "", True, 2),
    ("Konrad Behrens", "Admin", "Management", "", True, 1),
    ("Gordon Thackeray", "Sales", "Brackwell Sales", "", True, 3),
    ("Imelda Frobisher", "Sales", "Brackwell Sales", "", True, 1),
    ("Rupert Kingsnorth", "Sales", "Brackwell Sales", "", True, 8),
    ("Alastair Penrose", "Sales", "Brackwell Sales", "", False, 402),
    ("Bettina Kornfeld", "Marketing", "Marketing", "", True, 0),
    ("Vikram Sethuraman", "Marketing", "Marketing", "", True, 1),
    ("Larissa Hohmann", "Marketing", "Marketing", "", True, 12),
    ("Ratih Kusumaningtyas", "Marketing", "Marketing", "", True, 2),
    ("Hamid Soedirman", "Support Agent", "Support", "", True, 1),
    ("Freya Lindholm", "Support Agent", "Support", "", True, 0),
    ("Toby Wheatcroft", "Support Agent", "Support", "", True, 2),
    ("Ng Shu Ting", "Support Agent", "Support", "", True, 1),
    ("Clemens Rautenberg", "Support Agent", "Support", "", False, 97),
    ("Ines Schaffrath", "Finance", "Finance", "", True, 3),
    ("Rolf Dieckmann", "Finance", "Finance", "", True, 9), ("Paulina Gorecki", "Operations", "Operations", "", True, 1),
    ("Dimitri Kalogeras", "Admin", "IT", "", True, 2), ("Wulandari Prabaswara", "Admin", "IT", "", True, 0),
    ("Cornelius Haverkamp", "Admin", "IT", "", True, 188),
    ("Marguerite Ashdown", "Sales Manager", "Management", "", True, 133),
    ("Jochen Lüdecke", "Read Only", "Operations", "", True, 246),
    ("Siobhan Carrick", "Read Only", "Finance", "", True, 119),
    ("Gregor Vandamme", "Marketing", "Marketing", "", True, 301),
    ("Yusuf Hidayatullah", "Operations", "Operations", "", True, 164),
    ("Eleni Markopoulos", "Read Only", "Management", "", True, 412),
    ("Desmond Achterberg", "Operations", "Operations", "", True, 205),
    ("Kirana Mahesworo", "Read Only", "Operations", "", True, 98),
    ("Anton Brinkhaus", "Read Only", "IT", "", True, 351),
    ("Lucinda Farquhar", "Marketing", "Marketing", "", False, 520),
    ("Bertold Nimtz", "Operations", "Operations", "", False, 633),
)  # fmt: skip
_SHARED_LOGINS = (
    ("CRM Admin", "admin", DOMAIN, "Admin", True, 0), ("Sales Team", "sales", DOMAIN, "Sales", True, 1),
    ("Support Desk", "support", DOMAIN, "Support Agent", True, 0),
    ("Halmera Office", "office", DOMAIN, "Read Only", True, 4),
    ("Billing", "billing", DOMAIN, "Finance", True, 2),
    ("Brackwell Admin", "admin", SUBSIDIARY_DOMAIN, "Admin", True, 140),
    ("Brackwell Sales Desk", "sales", SUBSIDIARY_DOMAIN, "Sales", True, 1),
    ("Info Mailbox", "info", SUBSIDIARY_DOMAIN, "Read Only", True, 109),
    ("Contact Desk", "contact", DOMAIN, "Marketing", True, 7),
    ("Old Hello Mailbox", "hello", DOMAIN, "Read Only", False, 700),
)  # fmt: skip


def build_users(random: Random) -> list[User]:
    users = []
    for number, (name, role, team, region, active, idle) in enumerate(_STAFF):
        home = SUBSIDIARY_DOMAIN if team.startswith("Brackwell") else DOMAIN
        parts = fold(name).split()
        login = AS_OF - timedelta(days=idle, hours=random.randrange(1, 9), minutes=random.randrange(60))
        created = datetime(2019, 3, 4, 9) + timedelta(days=random.randrange(1700))
        email = f"{parts[0]}.{parts[-1]}@{home}"
        users.append(User(f"7{410233 + number * 977}", name, email, role, team, active, login, created, region))
    for number, (name, local, home, role, active, idle) in enumerate(_SHARED_LOGINS):
        login = AS_OF - timedelta(days=idle, hours=random.randrange(1, 9), minutes=random.randrange(60))
        created = datetime(2019, 3, 4, 9) + timedelta(days=random.randrange(1700))
        users.append(User(f"7{610471 + number * 811}", name, f"{local}@{home}", role, "", active, login, created))
    return users


def build_world() -> World:
    users = build_users(stream("users"))
    world = World(users, [], [], PhoneBook(stream("phones")))
    _build_accounts(world)
    _build_people(world)
    return world


def _build_accounts(world: World) -> None:
    random = stream("accounts")
    domains: list[str] = []
    for number in range(870):
        country = weighted(random, COUNTRY_SHARE)
        trade = TRADE[country]
        sibling = random.choice(world.accounts) if number % 40 == 39 else None
        if sibling:
            country, trade = sibling.country, TRADE[sibling.country]
        while True:
            stem = random.choice(trade.first) + ("" if trade.joined else " ") + random.choice(trade.second)
            if sibling:
                stem = sibling.short.rsplit(" ", 2 if " ".join(sibling.short.split()[-2:]) in trade.kinds else 1)[0]
            short = f"{stem} {random.choice(trade.kinds)}"
            domain = slug(stem) + ".example"
            if sibling or any(OSA.distance(domain, other, score_cutoff=2) <= 2 for other in domains):
                domain = slug(short) + ".example"
            if all(OSA.distance(domain, other, score_cutoff=2) > 2 for other in domains):
                break
        domains.append(domain)
        city = random.choice(CITIES[country])
        house = random.randrange(2, 190)
        road = random.choice(city.streets)
        street = f"{house} {road}" if country in ("SG", "GB", "US", "AU") else f"{road} {house}"
        systems = ("hubspot",) if number < 590 else ("salesforce",) if number < 755 else ("hubspot", "salesforce")
        employees = int(min(random.lognormvariate(4.2, 1.1), 9000)) + 4
        world.accounts.append(
            Account(
                f"A{number + 1:05d}", random.choice(trade.forms).format(short), short, domain, country, city,
                random.choice(city.postcodes), street, world.book.landline(country, city),
                random.choice(INDUSTRIES), employees, round(employees * random.uniform(60, 240)) * 1000,
                moment(random, datetime(2021, 2, 1), datetime(2023, 10, 20)) if random.random() < 0.3
                else moment(random, datetime(2024, 11, 4), datetime(2026, 10, 20)),
                world.owner_of(REGIONS[country], random, "salesforce" if systems == ("salesforce",) else "hubspot"),
                systems,
            )
        )  # fmt: skip


def private_address(random: Random, first: str, last: str) -> str:
    """At a free provider; a letter and four digits keep it from being anybody's."""
    local = ".".join(part for part in (slug(first).replace("-", ""), slug(last).replace("-", "")) if part)
    provider = weighted(random, {"gmail.com": 60, "yahoo.com": 18, "outlook.com": 12, "hotmail.com": 10})
    return f"{local}.{random.choice('bdhkmnprtwz')}{random.randrange(2000, 9999)}@{provider}"


def _work_address(random: Random, first: str, last: str, account: Account, taken: set[str]) -> str:
    given, family = slug(first).replace("-", ""), slug(last).replace("-", "")
    shapes = [
        f"{given}.{family}",
        f"{given[:1]}{family}",
        f"{given}.{family[:1]}",
        f"{given}{family}",
        f"{given}.{family}2",
    ]
    if not family:
        shapes = [given, f"{given}.{account.short.split()[-1].lower()}", f"{given}2"]
    elif not given:
        shapes = [family]
    if account.employees % 5 == 0 and family:
        shapes.insert(0, f"{given[:1]}.{family}")
    for shape in shapes:
        address = f"{shape}@{account.domain}"
        if address not in taken:
            taken.add(address)
            return address
    raise LookupError(f"no address left for {first} {last}")


def _build_people(world: World) -> None:
    random = stream("people")
    taken: set[str] = set()
    names: set[tuple[str, str]] = set()
    size = [0.4 + min(account.employees, 400) / 60 for account in world.accounts]
    for number in range(3600):
        account = world.accounts[number] if number < len(world.accounts) else random.choices(world.accounts, size)[0]
        first, last = _name(random, account.country, names, account)
        world.people.append(_person(world, random, number, first, last, account, taken))
    _plant_relations(world, random, taken)


def _name(random: Random, country: str, names: set[tuple[str, str]], account: Account) -> tuple[str, str]:
    """A name nobody else has, and no family name twice in one company."""
    colleagues = {part for person in account.people[-14:] for part in (person.first, person.last)}
    while True:
        if country == "ID" and random.random() < 0.09:
            single = random.choice(SINGLE)
            if single not in colleagues:
                return single, ""
            continue
        first, last = random.choice(GIVEN[country]), random.choice(FAMILY[country])
        if first == last or (first, last) in names or first in colleagues or last in colleagues:
            continue
        names.add((first, last))
        return first, last.replace("-", " ")


def _person(
    world: World, random: Random, number: int, first: str, last: str, account: Account, taken: set[str]
) -> Person:
    old = account.created.year < 2024 and random.random() < 0.75
    created = (
        random.choice((datetime(2021, 6, 14, 10), datetime(2022, 3, 21, 15), datetime(2023, 9, 11, 11)))
        + timedelta(seconds=random.randrange(5400))
        if old
        else moment(random, datetime(2024, 11, 4), datetime(2026, 10, 26))
    )
    mobile = world.book.mobile(account.country) if random.random() < 0.42 else None
    phone = account.switchboard if random.random() < 0.45 else None
    if phone is None and random.random() < 0.45 and account.country != "US":
        phone = world.book.landline(account.country, account.city)
    private = private_address(random, first, last)
    email = private if random.random() < 0.02 else _work_address(random, first, last, account, taken)
    engaged = (
        moment(random, datetime(2025, 5, 1), datetime(2026, 10, 28)) if not old or random.random() < 0.55 else None
    )
    if engaged and not old:
        engaged = max(engaged, created) if random.random() < 0.6 else None
    person = Person(
        f"P{number + 1:05d}", first, last, account.country, account, email, private, phone, mobile,
        weighted(random, TITLES), created, old, engaged,
    )  # fmt: skip
    account.people.append(person)
    return person


def _plant_relations(world: World, random: Random, taken: set[str]) -> None:
    """Not duplicates: namesakes at different companies, father and son in a family firm, couples with one landline."""

    def add(first: str, last: str, account: Account, special: str) -> Person:
        person = _person(world, random, len(world.people), first, last, account, taken)
        person.special = special
        world.people.append(person)
        return person

    named = [person for person in world.people if person.last and person.account and len(person.account.people) < 12]
    for twin in random.sample(named, 60):
        elsewhere = [a for a in world.accounts if a.country == twin.country and a is not twin.account]
        elsewhere = [a for a in elsewhere if all(p.last != twin.last and p.first != twin.first for p in a.people)]
        assert twin.account is not None
        abroad = [a for a in elsewhere if a.city is not twin.account.city]
        other = add(twin.first, twin.last, random.choice(abroad or elsewhere), "namesake")
        twin.special = "namesake"
        if other.title == twin.title:
            other.title = "Shift Supervisor"
    firms = [
        a for a in world.accounts if a.employees < 40 and a.people and a.people[0].last and not a.people[0].special
    ]
    for number, account in enumerate(random.sample(firms, 34)):
        senior = account.people[0]
        used = {person.first for person in account.people}
        options = [
            name for name in GIVEN[account.country]
            if name not in used and name[0] != senior.first[0] and OSA.distance(name, senior.first) > 3
        ]  # fmt: skip
        junior = add(random.choice(options), senior.last, account, "father and son" if number < 17 else "household")
        senior.special = junior.special
        senior.phone = junior.phone = account.switchboard
        account.family = True


def owner_email(world: World, name: str) -> str:
    return next(user.email for user in world.users if user.name == name)


def between(first: date, last: date, random: Random) -> date:
    return first + timedelta(days=random.randrange((last - first).days + 1))
