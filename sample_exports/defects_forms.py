"""Plants what goes wrong between forms and contacts: colleagues who try a form out, leads that two forms created."""

from datetime import datetime, timedelta

from company import AS_OF
from exports import Record
from marketing import submission
from planting import HS, Planter, filled, works_at_home

FORMS = ("form_demo", "form_guide")


def plant_forms(p: Planter) -> None:
    _tests(p)
    _created_twice(p)
    for name in FORMS:
        p.sample.tables[name].sort(key=lambda record: (str(record["submitted_at"]), record.text("email")))


def _tests(p: Planter) -> None:
    staff = [u for u in p.sample.world.users if u.team in ("Marketing", "Sales", "IT") and u.active]
    said = ("please ignore, testing the form", "Test", "does the redirect work now?", "test test", "new consent text")
    for at, user in enumerate(p.random.sample(staff, 8)):
        first, _, last = user.name.rpartition(" ")
        row = Record(
            FORMS[at % 2],
            {
                "first_name": first,
                "last_name": last,
                "email": user.email,
                "company_name": "Halmera Instruments",
                "job_title": "Marketing",
                "country": "Germany",
                "sites": "1-5",
                "message": said[at % 5],
                "consent": True,
                "submitted_at": datetime(2025, 2, 3, 9) + timedelta(days=71 * at, minutes=p.random.randrange(500)),
                "page": "https://www.halmera.example/" + ("vaccine-guide" if at % 2 else "demo"),
                "page_title": "Vaccine storage guide" if at % 2 else "Request a demo",
            },
            planted=True,
        )
        row.flag("ACC011", "email", "one of the company's own people")
        p.sample.tables[row.table].append(row)
    for record in p.pick(("form_demo",), 5, filled("message"), single=False):
        record.values["message"] = "We would like to test two loggers first."


def _created_twice(p: Planter) -> None:
    """People who sent two forms within some hours, and became two contacts."""
    contacts = p.sample.tables["hs_contact"]

    def fresh(record: Record) -> bool:
        person = p.people[record.person]
        created = record.when("created_at") or AS_OF
        return not person.old and bool(person.last) and created < datetime(2026, 10, 1)

    for record in p.pick(HS, 8, fresh, filled("email", "company_name"), works_at_home):
        person = p.people[record.person]
        first = record.when("created_at") or AS_OF
        second = first + timedelta(minutes=p.random.randrange(20, 600))
        copy = Record("hs_contact", dict(record.values), record.person, record.account, planted=True)
        copy.values.update(
            source_id=str(int(record.text("source_id")) + 1),
            email=person.private_email,
            created_at=second,
            updated_at=second + timedelta(minutes=30),
            last_activity_at=None,
            last_open_at=None,
            last_click_at=None,
            note=None,
            form_count="1",
        )
        record.values["form_count"] = "1"
        contacts.insert(contacts.index(record) + 1, copy)
        for form, contact, at in (("form_guide", record, first), ("form_demo", copy, second)):
            row = submission(p.random, form, person, contact, at - timedelta(seconds=p.random.randrange(5, 50)))
            row.values["contact_id"] = contact["source_id"]
            row.planted = True
            p.sample.tables[form].append(row)
        row.flag("UNQ014", "email", "one contact")
