"""A small company whose data drifts, is mended and drifts back, month after month, with accounts of its own.

Two systems export contacts under names that carry the month. What is exported differs from month to month in order,
format and columns; one month a file is missing, another a column; for some months one kind of defect is accepted.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

FIRST = "Amara Bruno Chiara Dagny Emeka Farah Goran Hedda Ivo Jarmila Kofi Ludmila".split()
LAST = "Abernathy Bergström Castillo Dvorak Eriksen Fontaine Grünwald Hartono Ibrahim Jansen".split()
CITIES = "Bandung Bergen Bilbao Brno Bologna".split()
OWNERS = ("Ratna Wijaya", "Pieter de Vries", "Sean O'Brien")
SOURCES = {"crm": "crm contacts {month}", "shop": "shop_customers_{month}-01"}
NAMES = {"crm": "crm contacts", "shop": "shop_customers"}
"""What the sources are called when their month is taken off."""
RULES = {"VAL001": "email", "OWN001": "city", "OWN002": "first_name", "OWN003": "phone"}
"""The kinds of defects: the rule that finds each, and the field it lies in."""
OWN_RULES = (
    ("OWN001", "city", "city = 'Nowhere'", "validity"),
    ("OWN002", "first_name", "first_name IS NULL", "completeness"),
    ("OWN003", "phone", "phone = '000'", "consistency"),
)
HEADERS = {
    "id": "Customer No",
    "first_name": "First Name",
    "last_name": "Last Name",
    "email": "Email",
    "phone": "Phone",
    "city": "City",
    "owner": "Owner",
}
ACCEPTED_RULE, ACCEPTED_MONTHS = "OWN003", range(5, 8)
MISSING_FILE = (9, "shop")
MISSING_COLUMN = (4, "crm", "city")

Key = tuple[str, str, str]
"""Rule, source, id."""


@dataclass
class Accounts:
    """The company's own books of one month: per rule, source and owner, and over all, how many findings did what."""

    total: Counter = field(default_factory=Counter)
    by: dict[str, dict[str, Counter]] = field(default_factory=lambda: {"rule": {}, "source": {}, "owner": {}})

    def book(self, what: str, **names: str) -> None:
        self.total[what] += 1
        for kind, name in names.items():
            self.by[kind].setdefault(name, Counter())[what] += 1


class Company:
    """The company at one moment. `months` lets time pass: month by month it writes files and closes its books."""

    def __init__(self, people: int, seed: int) -> None:
        self.draw = random.Random(seed)
        self.people = {
            (source, f"{source[0].upper()}{number:04d}"): {
                "first_name": self.draw.choice(FIRST),
                "last_name": self.draw.choice(LAST),
                "email": f"person{number}@{source}-customers.io",
                "phone": f"+62 812 {4000 + number} {1000 + number}",
                "city": self.draw.choice(CITIES),
                "owner": self.draw.choice(OWNERS),
            }
            for source in SOURCES
            for number in range(people)
        }
        self.wrong: set[Key] = set()
        self.state: dict[Key, str] = {}
        self.ever_open: set[Key] = set()
        self.ever_fixed: set[Key] = set()
        self.came_back: set[Key] = set()

    def months(self, folder: Path, count: int = 12) -> Iterator[tuple[int, str, Path, Accounts]]:
        """Number, day, folder of exports and books of each month."""
        for month in range(1, count + 1):
            self.drift()
            there = folder / f"{month:02d}"
            there.mkdir(parents=True)
            for source in SOURCES:
                if (month, source) != MISSING_FILE:
                    self.export(there, source, month)
            yield month, f"2026-{month:02d}-28", there, self.close(month)

    def drift(self) -> None:
        """Some cells go wrong, some are mended; what was mended before goes wrong again more easily."""
        for source, number in self.people:
            for rule in RULES:
                key = (rule, source, number)
                if key in self.wrong:
                    if self.draw.random() < 0.35:
                        self.wrong.discard(key)
                elif self.draw.random() < (0.25 if key in self.ever_fixed else 0.08):
                    self.wrong.add(key)

    def export(self, folder: Path, source: str, month: int) -> None:
        rows = []
        for (system, number), person in self.people.items():
            if system == source:
                shown = {"id": number, **person}
                for rule, name in RULES.items():
                    if (rule, source, number) in self.wrong:
                        spoilt = {"email": person["email"].replace("@", "@@"), "city": "Nowhere", "phone": "000"}
                        shown[name] = spoilt.get(name, "")
                rows.append(shown)
        self.draw.shuffle(rows)
        names = list(HEADERS)
        if (month, source) == MISSING_COLUMN[:2]:
            names.remove(MISSING_COLUMN[2])
        if month % 3 == 0:
            names.reverse()
        title = SOURCES[source].format(month=f"2026-{month:02d}")
        table = [[HEADERS[name] for name in names], *([row[name] for name in names] for row in rows)]
        if month % 4 == 2:
            with xlsxwriter.Workbook(folder / f"{title}.xlsx") as book:
                sheet = book.add_worksheet("Contacts")
                for place, line in enumerate(table):
                    sheet.write_row(place, 0, line)
            return
        encoding = "utf-16" if month % 5 == 0 else "utf-8"
        with (folder / f"{title}.csv").open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=";" if month % 2 else ",").writerows(table)

    def close(self, month: int) -> Accounts:
        """Books what became of every cell that has ever been wrong."""
        books = Accounts()
        for key in sorted(self.wrong | set(self.state)):
            rule, source, _ = key
            before = self.state.get(key, "gone")
            hidden = (month, source) == MISSING_FILE or (month, source, RULES[rule]) == MISSING_COLUMN
            if hidden:
                now = {"open": "unchecked", "unchecked": "unchecked", "accepted": "accepted"}.get(before, "gone")
            elif key in self.wrong:
                now = "accepted" if rule == ACCEPTED_RULE and month in ACCEPTED_MONTHS else "open"
            else:
                now = "gone"
            self.book(books, key, before, now)
            self.state[key] = now
            if now in ("open", "accepted"):
                self.ever_open.add(key)
        return books

    def book(self, books: Accounts, key: Key, before: str, now: str) -> None:
        rule, source, number = key
        names = {"rule": rule, "source": NAMES[source], "owner": self.people[source, number]["owner"]}
        if before == "open":
            books.book("opening", **names)
            if now == "gone":
                books.book("fixed", **names)
            elif now != "open":
                books.book(now, **names)
        if now == "open":
            books.book("closing", **names)
            if before != "open":
                again = key in self.ever_open
                books.book("returned" if again else "new", **names)
                if again and before == "gone":
                    books.book("reinfected", **names)
        if before in ("open", "accepted", "unchecked") and now == "gone":
            self.ever_fixed.add(key)
        if before == "gone" and now in ("open", "accepted") and key in self.ever_fixed:
            self.came_back.add(key)
