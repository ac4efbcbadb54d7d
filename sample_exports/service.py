"""Support tickets, the users export and the field history."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from company import AS_OF, Person, World, moment, stream, weighted
from exports import Record

SUBJECTS = {
    "Gateway offline since this morning": 12,
    "Calibration certificate missing": 10,
    "Alarm not received": 9,
    "Invoice question": 9,
    "Logger battery low": 8,
    "Export of temperature report fails": 8,
    "Add user to portal": 8,
    "Probe shows wrong temperature": 7,
    "Replacement of HM-200": 6,
    "Change delivery address": 5,
    "API access for our ERP": 4,
    "Audit next week, need data of 2025": 5,
    "Password reset": 6,
    "Firmware update question": 3,
}


def tickets(
    world: World, customers: Sequence[tuple[Person, str]], others: Sequence[tuple[Person, str]], count: int
) -> list[Record]:
    """Tickets of customers mostly, with reply and solution times that a small team would have."""
    random = stream("tickets")
    agents = [user.name for user in world.users if user.team == "Support"]
    records = []
    stamps = sorted(moment(random, datetime(2024, 11, 4), AS_OF - timedelta(days=1)) for _ in range(count))
    for number, created in enumerate(stamps):
        person, email = random.choice(customers) if random.random() < 0.8 else random.choice(others)
        agent = random.choices(agents, [0.3 if name == "Clemens Rautenberg" else 1 for name in agents])[0]
        if agent == "Clemens Rautenberg" and created > datetime(2026, 7, 20):
            agent = "Freya Lindholm"
        first = max(4, int(random.lognormvariate(4.3, 1.0)))
        hours = round(first / 60 + random.lognormvariate(2.6, 1.0), 1)
        solved = created + timedelta(hours=hours)
        open_ = solved > AS_OF - timedelta(hours=12) or (created > datetime(2026, 10, 10) and random.random() < 0.35)
        status = (
            random.choice(("Open", "Pending", "New"))
            if open_
            else "Closed"
            if created < datetime(2026, 9, 25)
            else "Solved"
        )
        records.append(
            Record(
                "ticket",
                {
                    "Summation column": "1",
                    "source_id": str(31200 + number * 25 + random.randrange(24)),
                    "contact_name": person.name,
                    "contact_id": str(9001000000 + int(person.id[1:]) * 37),
                    "contact_email": email,
                    "owner": agent,
                    "team": "Support",
                    "subject": weighted(random, SUBJECTS),
                    "tags": random.choice(("", "billing", "hardware", "hardware gateway", "portal", "calibration")),
                    "status": status,
                    "priority": weighted(random, {"Normal": 60, "High": 18, "Low": 14, "Urgent": 8}),
                    "channel": weighted(random, {"Mail": 60, "Web form": 28, "Phone call": 12}),
                    "type": weighted(random, {"Question": 45, "Incident": 38, "Problem": 7, "Task": 10}),
                    "created_at": created,
                    "updated_at": min(solved + timedelta(hours=20), AS_OF - timedelta(hours=7))
                    if not open_
                    else min(created + timedelta(minutes=first), AS_OF - timedelta(hours=7)),
                    "closed_at": None if open_ else solved,
                    "company_name": person.account.name if person.account else None,
                    "resolution_hours": None if open_ else hours,
                    "Replies": str(random.randrange(1, 6)),
                    "csat": weighted(random, {"Not Offered": 30, "Offered": 40, "Good": 25, "Bad": 5})
                    if not open_
                    else "Not Offered",
                    "first_reply_minutes": str(first) if status != "New" else None,
                },
                person.id,
                person.account.id if person.account else "",
            )
        )
    return records


def users(world: World) -> list[Record]:
    return [
        Record(
            "user",
            {
                "source_id": user.id,
                "full_name": user.name,
                "email": user.email,
                "role": user.role,
                "team": user.team or None,
                "active": user.active,
                "last_login_at": user.last_login,
                "created_at": user.created,
            },
        )
        for user in world.users
    ]


_EARLIER = {
    "Closed Won": "Contract Sent",
    "Closed Lost": "Presentation Scheduled",
    "Contract Sent": "Decision Maker Bought-In",
    "Decision Maker Bought-In": "Presentation Scheduled",
    "Presentation Scheduled": "Qualified To Buy",
    "Qualified To Buy": "Appointment Scheduled",
}
_JOURNEY = {
    "Customer": "Opportunity",
    "Opportunity": "Sales Qualified Lead",
    "Sales Qualified Lead": "Marketing Qualified Lead",
    "Marketing Qualified Lead": "Lead",
    "Lead": "Subscriber",
}


def history(deals: Sequence[Record], contacts: Sequence[Record]) -> list[Record]:
    """What people changed on deals and contacts, one at a time."""
    random = stream("history")
    rows: list[Record] = []
    for deal in deals:
        earlier = _EARLIER.get(deal.text("stage"))
        created, updated = deal.when("created_at"), deal.when("updated_at")
        if (
            earlier is None
            or created is None
            or updated is None
            or not deal["owner"]
            or (updated - created).days < 4
            or random.random() < 0.55
        ):
            continue
        stamp = min(updated, AS_OF - timedelta(days=1)) - timedelta(seconds=random.randrange(3600))
        rows.append(change("Deal", deal, "dealstage", earlier, deal.text("stage"), stamp, deal.text("owner"), "CRM_UI"))
        first = _EARLIER.get(earlier)
        if first and random.random() < 0.5:
            half = created + (stamp - created) / 2
            rows.append(change("Deal", deal, "dealstage", first, earlier, half, deal.text("owner"), "CRM_UI"))
    for contact in random.sample(list(contacts), 130):
        stage, owner = contact.text("lifecycle_stage"), contact.text("owner")
        created = contact.when("created_at")
        if stage not in _JOURNEY or not owner or created is None or created.year > 2026:
            continue
        stamp = moment(random, max(created, datetime(2024, 11, 5)), AS_OF - timedelta(days=1)) + timedelta(hours=1)
        rows.append(change("Contact", contact, "lifecyclestage", _JOURNEY[stage], stage, stamp, owner, "CRM_UI"))
    return rows


def change(
    kind: str, record: Record, name: str, old: str | None, new: str | None, at: datetime, by: str, source: str
) -> Record:
    values = {
        "object": kind,
        "record_id": record["source_id"],
        "field": name,
        "old_value": old,
        "new_value": new,
        "changed_at": at,
        "changed_by": by,
        "change_source": source,
    }
    return Record("history", values, record.person, record.account)
