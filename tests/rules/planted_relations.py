"""Records of two more systems, with defects that lie between records, tables and systems; for tests of all rules."""

import pandas as pd

from audit.schema import TEXT

SALES, BOOKS = "sales", "books"
BULK, OTHERS = 36, 44


def relations() -> dict[str, pd.DataFrame]:
    """Rows to append per entity, in canonical columns and `source`."""
    rows = {
        "account": [{"source_id": f"acc-{n}", "name": name} for n, name in enumerate(("Pelita Jaya", "Rossi Bakery"))],
        "contact": list(_contacts()),
        "deal": list(_deals()),
        "field_change": list(_changes()),
        "form_submission": list(_submissions()),
        "product": [{"source_id": "prod-1", "name": "Gateway", "price": "1050", "currency": "USD"}],
        "spend": [{"amount": f"{10 + n}", "campaign": "Spring" if n else None} for n in range(8)],
        "ticket": list(_tickets()),
        "user": list(_users()),
    }
    return {
        name: pd.DataFrame({"source": SALES, **line} for line in lines).astype(TEXT) for name, lines in rows.items()
    }


def _contacts():
    """A workflow gave half of them one owner in a second; some contradict themselves or their company's domain."""
    for n in range(BULK + OTHERS):
        at_once = n < BULK
        yield {
            "source_id": f"con-{n}",
            "person": f"sales-{n}",
            "organisation": "sales-o1",
            "first_name": "Ayu",
            "last_name": f"Wira{'abcdefghij'[n % 10]}{'klmnopqr'[n // 10]}",
            "company_name": "Pelita Jaya",
            "company_id": "acc-9" if n == 20 else "acc-0",
            "email": f"ayu{n}@pelita.co.id",
            "owner": "Rina Wati" if at_once else f"Seller {n % 7}",
            "created_at": f"2025-01-{1 + n % 28:02d} 08:00:00",
            "updated_at": "2026-03-14 02:00:07" if at_once else f"2026-04-{1 + n % 28:02d} 09:{n % 60:02d}:00",
            "lifecycle_stage": "Lead",
            **_ODD_CONTACTS.get(n, {}),
        }


_ODD_CONTACTS: dict[int, dict[str, str]] = {
    1: {"full_name": "Thomas McDonald"},
    2: {"full_name": "Ayu Wirack"},
    3: {"lead_status": "Unqualified", "lifecycle_stage": "Customer"},
    4: {"lead_status": "Call again after Lebaran"},
    5: {"company_name": "Rossi Bakery", "company_id": "acc-1", "organisation": "sales-o2"},
    6: {"email": "Pelita", "phone": "ayu6@pelita.co.id", "city": "+62 361 223344", "country": "80361"},
    7: {"created_at": "2026-05-04 09:02:10"},
    8: {"created_at": "2026-05-04 09:10:10", "person": "sales-7"},
}


def _deals():
    usual = {"currency": "USD", "status": "won", "stage": "Closed Won", "close_date": "2026-03-05", "owner": "Ayu"}
    for n in range(24):
        # Each of another day and company, so that they are not one deal entered many times.
        line = {
            "source_id": f"deal-s{n}",
            "name": f"Gateway {n}",
            "product": "Gateway",
            "quantity": "1",
            "amount": f"{1000 + 5 * n}",
            "organisation": f"sales-c{n}",
            **usual,
            "close_date": f"2025-{1 + n % 12:02d}-{1 + n:02d}",
        }
        yield {**line, **_ODD_DEALS.get(n, {})}
    for n in range(12):
        yield {
            **usual,
            "currency": "IDR",
            "amount": f"{400 + n}000000",
            "organisation": f"sales-i{n}",
            "name": f"Plant {n}",
        }
    for n, (code, amount) in enumerate((("EUR", 18000), ("EUR", 22000), ("EUR", 30000), ("IDR", 25000))):
        yield {**usual, "currency": code, "amount": str(amount), "organisation": "sales-o1", "name": f"Rollout {n}"}
    yield {
        **usual,
        "source": BOOKS,
        "amount": "2100",
        "organisation": "sales-c1",
        "name": "Gateway 1",
        "close_date": None,
    }
    yield {"source_id": "deal-stuck", "stage": "Contract Sent", "status": "open", "amount": "900", "currency": "EUR"}
    yield {**usual, "stage": "Lead", "status": "open", "person": "sales-9", "amount": "900"}


_ODD_DEALS: dict[int, dict[str, str | None]] = {
    2: {"close_date": None},
    3: {"currency": None},
    4: {"amount": "105000"},
    5: {"quantity": "2"},
    6: {"stage": "Closed Lost", "status": "open"},
    7: {"stage": "Closed Lost", "status": "lost"},
    8: {"stage": "Closed Lost", "status": "lost"},
}


def _changes():
    def stage(record: str, value: str, at: str) -> dict[str, str]:
        line = {"object": "Deal", "field": "dealstage", "changed_by": "Ayu", "old_value": "Call"}
        return {**line, "record_id": record, "new_value": value, "changed_at": at}

    for n in range(22):
        yield stage(f"past-{n}", "Contract Sent", f"2025-03-{1 + n:02d} 10:00:00")
        yield stage(f"past-{n}", "Closed Lost", f"2025-04-{1 + n:02d} 10:00:00")
    yield stage("deal-stuck", "Contract Sent", "2025-08-01 10:00:00")
    for n in range(3):
        yield {
            "object": "Contact",
            "field": "lead_source",
            "record_id": f"con-{n}",
            "old_value": "Trade fair",
            "new_value": "Web form",
            "changed_by": "Zapier sync",
            "changed_at": f"2026-02-0{1 + n} 10:00:00",
        }


def _submissions():
    yield {"form": "Guide", "email": "ayu7@pelita.co.id", "submitted_at": "2026-05-04 09:02:00", "person": "sales-7"}
    yield {"form": "Demo", "email": "ayu8@pelita.co.id", "submitted_at": "2026-05-04 09:10:00", "person": "sales-7"}
    yield {"form": "Demo", "email": "sari@halmera.co.id", "submitted_at": "2026-05-06 09:10:00", "first_name": "Sari"}


def _tickets():
    for n in range(10):
        status, owner, reply = ("Open", "Ayu", None) if n == 0 else ("Closed", None if n == 1 else "Ayu", "45")
        at = {"created_at": "2026-05-04 09:10:00", "first_reply_minutes": reply}
        yield {"source_id": f"case-{n}", "status": status, "owner": owner, "subject": f"Case {n}", **at}


def _users():
    for n, role in enumerate(("Admin", "Admin", "Super Admin", "Admin", "Sales", "Sales")):
        seen = "2026-08-01 08:00:00" if n < 2 else "2026-10-30 08:00:00"
        name = {"full_name": f"Seller {n}", "email": f"seller{n}@halmera.co.id"}
        yield {"source_id": f"user-s{n}", "role": role, "active": "true", "last_login_at": seen, **name}
