"""Plants what goes wrong in addresses and names: every change notes its rule, the field and what is true instead."""

from collections.abc import Callable

from company import fold
from exports import Record
from planting import BOTH, HS, SF, XL, Planter, filled, one_per_company, plain_phones, works_at_home
from vocabulary import FAMILY, GIVEN


def plant_people(p: Planter) -> None:
    _emails(p)
    _wrong_fields(p)
    _names(p)


def _emails(p: Planter) -> None:
    seen: set[str] = set()
    _shared_mailboxes(p, seen)
    damage: tuple[Callable[[str, str, Record], str], ...] = (
        lambda local, domain, r: f"{local}@@{domain}",
        lambda local, domain, r: f"{local}@{domain},",
        lambda local, domain, r: f"{local}(at){domain}",
        lambda local, domain, r: f"{local}@{domain}.",
        lambda local, domain, r: f"{local} @{domain}",
        lambda local, domain, r: f"mailto:{local}@{domain}",
        lambda local, domain, r: f"{r.text('first_name')} {r.text('last_name')} <{local}@{domain}>",
        lambda local, domain, r: f"{local}.{domain}",
        lambda local, domain, r: f"{local}@{domain.replace('.', '..')}",
    )
    for at, record in enumerate(p.pick(BOTH, 24, filled("email", "first_name", "last_name"), works_at_home)):
        local, _, domain = record.text("email").partition("@")
        p.put(record, "VAL006" if at % 9 in (1, 5, 6) else "VAL001", "email", damage[at % 9](local, domain, record))
    typing = {
        "gmail.com": ("gamil.com", "gmal.com", "gmail.con", "gnail.com", "gmial.com", "gmaill.com"),
        "yahoo.com": ("yaho.com", "yahooo.com"),
        "outlook.com": ("outlok.com", "outloook.com"),
        "hotmail.com": ("hotmial.com", "hotmil.com"),
    }
    for at, record in enumerate(p.pick(BOTH, 24, filled("email"))):
        person = p.people[record.person]
        local, _, domain = person.private_email.partition("@")
        wrong = typing[domain][at % len(typing[domain])]
        p.put(record, "ACC001", "email", f"{local}@{wrong}", person.private_email)
        record.values["email_opt_out"] = None if record.table == "hs_contact" else False
    for at, record in enumerate(p.pick(HS, 8, filled("email"))):
        local = p.people[record.person].private_email.partition("@")[0]
        record.values["email"] = f"{local}@{('ymail.com', 'mail.com', 'gmx.net', 'email.com')[at % 4]}"
    hosts = (
        "mailinator.com",
        "guerrillamail.com",
        "yopmail.com",
        "trashmail.com",
        "sharklasers.com",
        "10minutemail.com",
        "maildrop.cc",
    )
    for at, record in enumerate(p.pick(BOTH, 22, filled("email"))):
        true = record.text("email")
        word = p.random.choice(("quick", "sample", "visitor", "reader", "guest"))
        p.put(record, "VAL002", "email", f"{word}{p.random.randrange(10, 9999)}@{hosts[at % len(hosts)]}", true)
    roles = ("info", "sales", "support", "admin", "office", "contact", "hello", "billing", "noreply", "no-reply")
    for record in p.pick(BOTH, 44, filled("email"), works_at_home, one_per_company(seen)):
        domain = record.text("email").partition("@")[2]
        p.put(record, "VAL003", "email", f"{p.random.choice(roles)}@{domain}")
    endings = (
        "nordlager.test",
        "kuehlhaus.invalid",
        "frische.local",
        "example.com",
        "example.org",
        "example.net",
        "lager.localhost",
    )
    for at, record in enumerate(p.pick(BOTH, 14, filled("email"))):
        p.put(record, "VAL004", "email", f"{record.text('email').partition('@')[0]}@{endings[at % len(endings)]}")
    for record in p.pick(HS, 46, filled("email"), lambda r: not p.stale(r) and not r["email_opt_out"], single=False):
        record.values["bounce_reason"] = p.random.choice(
            ("UNKNOWN_USER", "UNKNOWN_USER", "MAILBOX_MISCONFIGURATION", "OTHER")
        )


def _shared_mailboxes(p: Planter, seen: set[str]) -> None:
    """Whole teams that were entered with the mail of their front desk."""
    fresh = [
        r
        for r in p.sample.tables["sf_lead"]
        if r.person in p.single and not r.planted and not p.stale(r) and r["email"]
    ]
    teams: dict[str, list[Record]] = {}
    for record in fresh:
        if record.account not in seen and not p.people[record.person].special:
            teams.setdefault(record.account, []).append(record)
    crowded = sorted(account for account, records in teams.items() if len(records) >= 3)
    for account in p.random.sample(crowded, 12):
        team = teams[account][: p.random.choice((3, 3, 4))]
        domain = p.company(team[0]).domain
        seen.add(account)
        mailbox = f"{p.random.choice(('info', 'office', 'sales'))}@{domain}"
        for record in team:
            record.planted = True
            p.put(record, "UNQ006", "email", mailbox)


def _wrong_fields(p: Planter) -> None:
    def address(record: Record) -> str:
        return p.people[record.person].private_email

    for record in p.pick(HS, 9, filled("email")):
        p.put(record, "VAL010", "phone", record["email"], "an email")
    for record in p.pick(BOTH, 5, filled("job_title", "email")):
        p.put(record, "VAL010", "job_title", record["email"])
    for record in p.pick(HS, 4, filled("last_name", "email")):
        p.put(record, "VAL010", "last_name", address(record).capitalize())
    for record in p.pick(BOTH, 6, filled("city", "mobile"), plain_phones):
        p.put(record, "VAL010", "city", record["mobile"])
        record.values["mobile"] = None
    for record in p.pick(HS, 6, filled("company_name", "mobile"), plain_phones):
        p.put(record, "VAL010", "company_name", record["mobile"])
        record.values["mobile"] = None
    for record in p.pick(BOTH, 4, filled("email", "mobile"), plain_phones):
        p.put(record, "VAL010", "email", record["mobile"])
        record.flag("VAL001", "email", "a phone number")
        record.values["mobile"] = None
    for record in p.pick(HS, 4, filled("first_name", "last_name")):
        domain = p.company(record).domain
        p.put(record, "VAL010", "first_name", f"https://www.{domain}/Contact")
    for record in p.pick(BOTH, 5, filled("email"), works_at_home):
        p.put(record, "VAL010", "phone", f"https://www.{record.text('email').partition('@')[2]}", "a web address")
    ids = [record.text("source_id") for record in p.sample.tables["sf_account"]]
    for record in p.pick(SF, 10, filled("company_name", "email"), works_at_home):
        own = [r.text("source_id") for r in p.sample.tables["sf_account"] if r.account == record.account]
        p.put(record, "VAL010", "company_name", own[0] if own else p.random.choice(ids))


def _names(p: Planter) -> None:
    def two_part(record: Record) -> bool:
        person = p.people[record.person]
        tidy = f"{fold(person.first).replace('-', '')}.{fold(person.last).replace(' ', '')}@"
        return (
            bool(person.last)
            and record.text("email").startswith(tidy)
            and person.first in GIVEN[person.country]
            and person.last in FAMILY[person.country]
            and person.last not in GIVEN[person.country]
            and person.first not in FAMILY[person.country]
        )

    for record in p.pick(BOTH, 40, filled("first_name", "last_name", "email"), two_part):
        first, last = record.text("first_name"), record.text("last_name")
        record.flag("CON001", "first_name", first)
        record.values.update(first_name=last, last_name=first)

    def long_parts(record: Record) -> bool:
        return all(len(part) >= 4 and part.isalpha() for part in (record.text("first_name"), record.text("last_name")))

    for at, record in enumerate(p.pick(BOTH, 52, long_parts, single=False)):
        for name in ("first_name", "last_name"):
            text = record.text(name)
            p.put(record, "VAL030", name, text.upper().replace("ß", "SS") if at % 3 else text.lower(), text)
    for record in p.pick(XL, 6, lambda r: len(r.text("full_name")) > 8, single=False):
        p.put(record, "VAL030", "full_name", record.text("full_name").upper())
    for record in p.pick(HS, 2, filled("first_name", "last_name"), lambda r: p.people[r.person].country == "US"):
        record.values["last_name"] = "Null"
