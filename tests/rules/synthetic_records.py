"""A seeded data set of all entities, with every kind of defect in it; for tests that hold for all rules."""

from typing import Any

import numpy as np
import pandas as pd
from planted_people import planted_people
from planted_relations import relations

from audit.dataset import DERIVED_TYPES, ColumnMapping, Dataset, SourceInfo, Table, table_from_frame
from audit.schema import TEXT, Field, entities
from audit.values import boolean, date, money

FIRST = "Jane Budi Siti Michael Robert Ayu François Thomas Dewi Anna Putri Wei Maria José Li".split()
LAST = (
    "Doe Santoso Smithson Lestari Müller O'Neil Wijaya Tanaka García McDonald Hutabarat Null Berg Halim Rossi".split()
)
COMPANIES = "Kembara Nusantara Borneo Sinar Laut Gunung Samudra Pelita Cahaya Bumi Angkasa Mutiara".split()
COUNTRIES = "Indonesia Indonesia Indonesia USA Germany Deutschland ID Philipines Singapore California n/a".split()
SPOILT = (
    "{} ",
    " {}",
    "{}  {}",
    "{}\u200b",
    "{}\u00a0x",
    "FranÃ§ois",
    "n/a",
    "-",
    "Select",
    "test",
    "unknown",
    "#REF!",
    "1.23E+11",
    "jane@kembara.co.id",
    "+62 361 223344",
    "https://spam.co",
    "M�ller",
    "x" * 300,
    "Žluťoučký 株式会社 🎉",
)
CHOICES: dict[str, list[str]] = {
    "contact.record_type": ["contact", "lead", "customer", "subscriber"],
    "contact.lifecycle_stage": ["customer", "Customer", "lead", "opportunity", "subscriber"],
    "contact.marketing_status": ["subscribed", "unsubscribed", "cleaned", "bounced"],
    "deal.status": ["won", "won", "lost", "open"],
    "payment.status": ["paid", "succeeded", "failed", "refunded"],
    "payment.mode": ["live"],
    "activity.type": ["email_sent", "email_open", "Email click", "bounce", "Call", "Meeting", "reply"],
    "activity.bounce_type": ["hard", "soft"],
    "activity.direction": ["outgoing", "incoming"],
    "field_change.object": ["contact", "deal"],
    "field_change.field": ["lead_source", "lifecycle_stage", "owner"],
    "field_change.changed_by": ["Jane Doe", "Zapier sync", "HubSpot workflow"],
    "field_change.change_source": ["integration", "user", "workflow"],
}
VOCABULARY = (
    ["Google"] * 30 + ["google", "Technology"] + ["Technology"] * 30 + ["Technolgy", "Mid Market", "mid-market"]
)
NOTES = (
    "Called, no answer.",
    "card 4111 1111 1111 1111",
    "pwd: kopi-susu-7",
    "FranÃ§ois schrieb",
    "  two  blanks ",
    "password reset requested",
)
REPEATED = ("payment", "ticket", "spend")
READ_AS = {"datetime": "date", "number": "money"}
DATES = ("n/a", "soon", "2026-02-31", "1970-01-01", "0000-00-00", "2031-05-05", "never")


class Cells:
    """Text of cells by field, drawn from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def some(self, values: object, count: int) -> np.ndarray:
        return self.random.choice(np.array(values, dtype=object), count)

    def spoilt(self, cells: np.ndarray, share: float = 0.12) -> np.ndarray:
        """The cells, some of them with a defect of writing."""
        hit = self.random.random(len(cells)) < share
        patterns = self.some(SPOILT, len(cells))
        return np.array(
            [p.replace("{}", str(c)) if bad else c for c, p, bad in zip(cells, patterns, hit, strict=True)],
            dtype=object,
        )

    def blanked(self, cells: np.ndarray, share: float) -> np.ndarray:
        return np.where(self.random.random(len(cells)) < share, None, cells)

    def times(self, count: int) -> np.ndarray:
        """Times of the last years, many of them within seconds or minutes of another."""
        starts = pd.Timestamp("2019-01-01") + pd.to_timedelta(
            self.random.integers(0, 2850 * 86400, max(count // 4, 1)), unit="s"
        )
        gaps = self.random.choice([0, 1, 4, 30, 90, 900, 40000], count)
        times = pd.DatetimeIndex(self.some(starts, count)) + pd.to_timedelta(gaps, unit="s")
        cells = times.strftime("%Y-%m-%d %H:%M:%S").to_numpy(dtype=object)
        return np.where(self.random.random(count) < 0.03, self.some(DATES, count), cells)

    def of(self, field: Field, people: np.ndarray) -> np.ndarray:
        count = len(people)
        if field.qualified in CHOICES:
            return self.blanked(self.some(CHOICES[field.qualified], count), 0.1)
        if field.name == "source_id":
            return np.array([f"{field.entity}-{n // 2 if n % 40 == 1 else n}" for n in range(count)], dtype=object)
        makers = {
            "date": self.times,
            "datetime": self.times,
            "boolean": lambda n: self.some(["true", "false", "true", "maybe"], n),
            "money": lambda n: self.some(["100", "250.50", "1,200", "0", "-5", "abc", "12000", "12000"], n),
            "number": lambda n: self.some(["1", "2", "300", "x"], n),
            "percent": lambda n: self.some(["0.1", "1", "0", "0.5"], n),
            "note": lambda n: self.some(NOTES, n),
            "choice": lambda n: self.spoilt(self.some(VOCABULARY, n), 0.05),
            "country": lambda n: self.some(COUNTRIES, n),
            "currency": lambda n: self.some(["EUR", "IDR"], n),
        }
        if field.type in makers:
            cells = self.blanked(makers[field.type](count), 0.15)
            silent = (people % 29 == 3) & (field.type in ("date", "datetime"))
            return np.where(silent & pd.notna(cells), "2020-01-02 08:00:00", cells)
        return self.blanked(self.spoilt(self.personal(field, people)), 0.15)

    def personal(self, field: Field, people: np.ndarray) -> np.ndarray:
        """What belongs to a person: every record of a person gets the same, before it is spoilt."""
        first = np.array(FIRST, dtype=object)[people % len(FIRST)]
        last = np.array(LAST, dtype=object)[(people // len(FIRST) + people * 7) % len(LAST)]
        company = np.array(COMPANIES, dtype=object)[people % len(COMPANIES)]
        if field.type == "name":
            swapped = people % 19 == 0
            part = {"first_name": np.where(swapped, last, first), "last_name": np.where(swapped, first, last)}
            cells = part.get(field.name, first + " " + last)
            loud = self.random.random(len(people)) < 0.05
            return np.where(loud, pd.Series(cells).str.upper(), cells)
        if field.type in ("email", "emails"):
            hosts = np.array(
                "gmail.com gmail.com gmial.com kembara.co.id mailinator.com example.com".split(), dtype=object
            )
            host = hosts[people * 5 % len(hosts)]
            local = (
                pd.Series(first + "." + last)
                .str.lower()
                .str.normalize("NFKD")
                .str.encode("ascii", "ignore")
                .str.decode("ascii")
            )
            local = local.str.replace("'", "")
            own = np.where(people % 23 == 0, local + "@@" + host, local + "@" + host)
            return np.where(people % 17 == 0, "info@kembara.co.id", own)
        if field.type in ("phone", "phones"):
            numbers = "+6281234567{n} 0812-3456-7{n} +49309018{n} 000-0000 +6281 (212) 736-5{n}".split(" ")
            forms = np.array(numbers, dtype=object)[people % len(numbers)]
            return np.array(
                [form.replace("{n}", str(100 + p)) for form, p in zip(forms, people, strict=True)], dtype=object
            )
        if field.type == "company":
            return company
        if field.type in ("domain", "url"):
            return np.char.lower(company.astype(str)).astype(object) + ".co.id"
        if field.type in ("id", "reference"):
            return np.array([f"{field.name}-{person}" for person in people], dtype=object)
        return self.some(["Head of sales", "Jl. Raya 1", "Ubud", "seit 2019", "Called"], len(people))


READERS = {
    "date": lambda text: date.parse(text)[0],
    "money": lambda text: money.number(text)[0],
    "percent": money.percent,
    "boolean": boolean.parse,
}


def typed(entity: str, text: pd.DataFrame, sources: np.ndarray) -> Table:
    """A table as the sources make one: each column in its field's type, beside the text it was read from."""
    kinds = pd.Series({name: kind_of(entity, name) for name in text}).replace(READ_AS)
    frame = text.copy()
    for kind, read in READERS.items():
        names = list(kinds.index[kinds == kind])
        # One reading of all columns of a kind: what it takes to start is the same for one value and for many.
        if names:
            values = read(pd.concat([text[name] for name in names], ignore_index=True))
            for place, name in enumerate(names):
                frame[name] = values.iloc[place * len(text) : (place + 1) * len(text)].set_axis(text.index)
    originals = text[[name for name in text if frame[name].dtype != TEXT]]
    return with_sources(table_from_frame(entity, frame, text=originals), sources)


def kind_of(entity: str, name: str) -> str:
    fields = entities()[entity].fields
    return fields[name].type if name in fields else DERIVED_TYPES[name]


def with_sources(table: Table, sources: np.ndarray) -> Table:
    lineage = table.lineage.assign(source=pd.Categorical(sources), file=pd.Categorical(sources))
    return Table(table.entity, table.frame, table.text, lineage)


def planted_changes(cells: Cells) -> pd.DataFrame:
    """A burst, values that go back and forth, and retries at equal gaps."""
    rows = []
    for n in range(30):
        rows.append((f"c-{n}", "lead_source", "Web", "Offline", f"2026-03-01 02:00:{n:02d}", "Zapier sync"))
    for n in range(12):
        values = ("A", "B") if n % 2 == 0 else ("B", "A")
        rows.append(
            (f"c-{n // 4}", "owner", *values, f"2026-04-0{1 + n % 4} 08:00:00", ("Jane Doe", "Zapier sync")[n % 2])
        )
        rows.append((f"c-{n // 6}", "phone", "1", "2", f"2026-05-01 08:{5 * (n % 6):02d}:00", "HubSpot workflow"))
        rows.append((f"c-{n}", "job_title", "Head of sales", None, f"2026-06-01 0{n % 10}:00:00", "Zapier sync"))
    names = ["record_id", "field", "old_value", "new_value", "changed_at", "changed_by"]
    planted = pd.DataFrame(rows, columns=names).assign(object="contact", change_source="integration")
    return planted.sample(frac=1, random_state=int(cells.random.integers(1 << 30)))


def planted(entity: str, text: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """The records with what does not come about by chance."""
    rows = text.index
    if entity == "contact":
        text.loc[rows[::50], ["email", "other_emails", "phone", "mobile", "other_phones"]] = None
        text.loc[rows[::3], ["last_purchase_at", "payment_count", "value"]] = None
        text.loc[rows[7::60], "last_name"] = "/White"
        leads = rows[5:45]
        text.loc[leads, ["lifecycle", "created_at", "last_contacted_at"]] = ["lead", "2026-01-05", "2026-01-08"]
        text.loc[leads[::4], ["last_contacted_at", "last_activity_at", "last_reply_at", "converted_at"]] = None
        text.loc[rows[9::60], ["postal_code", "country"]] = ["2210", "USA"]
        text.loc[rows[11::40], "note"] = [f"{n} cold rooms, ".ljust(255, "x") for n in range(len(rows[11::40]))]
    elif entity == "account":
        text.loc[rows[::7], "industry"] = "Biotechnolgy"
    elif entity == "product":
        text["name"] = cells.some(["Google", "Technology", "Mid Market"], len(text))
    elif entity == "web_visit":
        text.iloc[:40] = text.iloc[40:80].to_numpy()
    elif entity == "ticket":
        text.loc[rows[7::60], "description"] = "It does not start: {product_purchased}"
    elif entity == "form_submission":
        again = text.iloc[20:40].assign(email=[f"other{n}@kembara.co.id" for n in range(20)])
        text.iloc[:20] = again.assign(full_name=None, first_name="Jane", submitted_at="2026-03-01 08:00:00").to_numpy()
        text.loc[rows[20:40], ["full_name", "first_name", "submitted_at"]] = [None, "Jane", "2026-03-01 07:00:00"]
        moments = ["2026-04-01 08:00:00", "2026-04-01 08:00:04", "2026-04-01 08:03:00", "2026-04-01 09:30:00"]
        text.loc[rows[40:60], ["email", "form"]] = [[f"jane{n // 4}@kembara.co.id", "Demo"] for n in range(20)]
        text.loc[rows[40:60], "submitted_at"] = moments * 5
    elif entity == "deal":
        text.loc[rows[:60], "close_date"] = "2026-06-30"
        text.iloc[60:70] = text.iloc[70:80].assign(amount="777", close_date="2026-02-02").to_numpy()
        text.loc[rows[70:80], ["amount", "close_date"]] = ["777", "2026-02-03"]
        named = [name for name in text if name.startswith(("company_", "contact_"))]
        text.loc[rows[90:100], named] = None
        text.loc[rows[:200], "owner"] = [f"Seller {n % 50}" for n in range(len(rows[:200]))]
    elif entity == "user":
        text["full_name"] = cells.some(["Google", *COMPANIES], len(text))
        sellers = rows[:60]
        text.loc[sellers, ["role", "active"]] = ["Sales rep", "true"]
        text.loc[sellers, ["full_name", "email"]] = [
            [f"Seller {n}", f"s{n}@kembara.co.id"] for n in range(len(sellers))
        ]
        text["active"] = np.where(text["full_name"] == "Google", "false", text["active"])
    elif entity == "field_change":
        return pd.concat([text, planted_changes(cells)], ignore_index=True)
    return text


def synthetic_dataset(seed: int = 1, rows: int = 400) -> Dataset:
    """All entities with `rows` records each, of about `rows` / 3 persons, in two sources; and those planted."""
    cells = Cells(seed)
    tables = {}
    added = (relations(), planted_people())
    known = rows // 3
    for entity in entities().values():
        people = cells.random.integers(0, known if entity.name == "contact" else known + 9, rows)
        if entity.name in ("deal", "payment"):
            people -= np.where(people % 40 > 34, 7, 0)
        text = pd.DataFrame({field.name: cells.of(field, people) for field in entity.fields.values()})
        linked = (cells.random.random(rows) < 0.9) & (people < known)
        text["person"] = np.where(linked, [f"person-{p}" for p in people], None)
        text["organisation"] = np.where(linked, [f"organisation-{p % 40}" for p in people], None)
        text["person_confidence"] = cells.some(["0.97", "0.8"], rows)
        text["organisation_confidence"] = "0.96"
        text = planted(entity.name, text, cells).astype(TEXT)
        sources = cells.some(["crm", "crm", "mailing"], len(text))
        if entity.name in REPEATED:
            text.iloc[100:105], sources[100:105] = text.iloc[90:95].to_numpy(), sources[90:95]
        for more in (frames[entity.name] for frames in added if entity.name in frames):
            sources = np.append(sources, more["source"].to_numpy(dtype=object))
            text = pd.concat([text, more.drop(columns="source")], ignore_index=True).astype(TEXT)
        tables[entity.name] = typed(entity.name, text, sources)
    return Dataset(tables, (columns_of("contact", rows), columns_of("deal", rows)))


def columns_of(entity: str, rows: int) -> SourceInfo:
    """What is told of the columns of a source: one of each defect that a whole column may have."""

    def column(header: str, field: str | None = None, **seen: Any) -> ColumnMapping:
        return ColumnMapping(header, field, 1.0, "", **{"filled": rows, "distinct": rows, **seen})

    mapping = (
        column("Owner", "owner", filled=rows // 10),
        column("Fax machine", filled=0, distinct=0),
        column("Lead Source", "lead_source", distinct=1),
        column("Seats", kind="number", odd=rows // 20, odd_rows=(3, 7)),
        column("Budget band", fillers=rows // 4, filler="Select"),
        column("Seat count", kind="number", same_as="Seats", alike=0.99),
    )
    return SourceInfo("crm", f"{entity}.csv", "", "", "", entity, 1.0, "", rows, rows, 0, mapping)
