"""Chooses the records in which something goes wrong, and notes what was done to them."""

from collections import Counter
from collections.abc import Callable, Iterable

from assembly import Sample
from company import Account, Person, stream
from exports import Record, Value

Condition = Callable[[Record], bool]


class Planter:
    """Chooses untouched records and notes what was done to them.

    `single` are people with one record in all systems, whose mail no ticket, payment, form or campaign mentions:
    damage to their name or mail costs no other true statement its evidence.
    """

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.random = stream("defects")
        self.people: dict[str, Person] = sample.people()
        records = Counter(record.person for record in sample.contacts())
        tables = sample.tables
        events = [
            *tables["form_demo"],
            *tables["form_guide"],
            *tables["ticket"],
            *tables["payment"],
            *tables["hs_deal"],
        ]
        events += [row for rows in sample.activity.values() for row in rows]
        mentioned = {record.person for record in events}
        self.single = {number for number, count in records.items() if count == 1 and number not in mentioned}

    def stale(self, record: Record) -> bool:
        person = self.people[record.person]
        return person.old and person.engaged is None

    def _alone(self, record: Record) -> bool:
        return record.person in self.single and not self.people[record.person].special and not self.stale(record)

    def company(self, record: Record) -> Account:
        account = self.people[record.person].account
        assert account is not None
        return account

    def pick(self, tables: Iterable[str], count: int, *conditions: Condition, single: bool = True) -> list[Record]:
        options = [
            record
            for table in tables
            for record in self.sample.tables[table]
            if not record.planted
            and (not single or table not in PEOPLE or self._alone(record))
            and all(condition(record) for condition in conditions)
        ]
        if len(options) < count:
            raise LookupError(f"{count} records wanted of {list(tables)}, {len(options)} left")
        chosen = self.random.sample(options, count)
        for record in chosen:
            record.planted = True
        return chosen

    def put(self, record: Record, rule: str, name: str, value: Value, truth: str | None = None) -> None:
        """Write a wrong value and remember the right one."""
        record.flag(rule, name, record.text(name) if truth is None else truth)
        record.values[name] = value


def filled(*names: str) -> Condition:
    return lambda record: all(record[name] is not None for name in names)


def holds(name: str, value: str) -> Condition:
    return lambda record: record[name] == value


def international(name: str) -> Condition:
    return lambda record: record.text(name).startswith("+")


def longer(name: str, length: int) -> Condition:
    return lambda record: len(record.text(name)) > length


def one_per_company(seen: set[str]) -> Condition:
    """True for the first record asked about of each company not in `seen`."""

    def first(record: Record) -> bool:
        known = record.account in seen
        seen.add(record.account)
        return not known

    return first


def plain_phones(record: Record) -> bool:
    """No phone whose reading depends on the record's country."""
    return all(not record[name] or record.text(name).startswith("+") for name in ("phone", "mobile"))


def works_at_home(record: Record) -> bool:
    return record.text("email").endswith(".example")


PEOPLE = ("hs_contact", "sf_lead", "excel")
HS: tuple[str, ...] = ("hs_contact",)
SF: tuple[str, ...] = ("sf_lead",)
XL: tuple[str, ...] = ("excel",)
BOTH = HS + SF
