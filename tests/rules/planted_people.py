"""Contacts, companies and texts with the defects of names, addresses, phones and secrets, one of each kind."""

import pandas as pd

from audit.schema import TEXT

CONTACTS: tuple[dict[str, str], ...] = (
    {"email": "jane@borneo.co.id; jane.doe@gmail.com"},
    {"email": "Jane Doe <jane@borneo.co.id>"},
    *({"email": f"colleague{n}@pelita-baru.co.id", "company_name": "Pelita Baru"} for n in range(4)),
    {"email": "colleague@gmail.com", "company_name": "PT Pelita Baru"},
    {"phone": "0812-3456-7890 / 0813-1111-2222"},
    {"mobile": "+62 361 223344 ext. 12"},
    {"mobile": "+49 30 901820", "phone": "+62 361 223345", "fax": "+62361223345"},
    *(
        {"phone": "+62 812 9999 1234", "last_name": name, "company_name": company, "person": f"stranger-{name}"}
        for name, company in (("Lestari", "Kembara"), ("Santoso", "Borneo"), ("Wijaya", "Sinar"), ("Halim", "Laut"))
    ),
    {"first_name": "Jane Doe", "email": "jane.doe@borneo.co.id"},
    {"first_name": "Robert Miller", "last_name": "Miller"},
    {"first_name": "Borneo", "last_name": "Cold Storage Ltd"},
    {"first_name": "Clara", "last_name": "Roe", "company_name": "Clara Roe"},
    {"first_name": "Dr. Jane", "last_name": "Doe, MBA"},
    {"first_name": "Jane 🌸", "last_name": "Ivаnov"},
    {"first_name": "Mickey", "last_name": "Mouse"},
    {"first_name": "asdf", "last_name": "qwer"},
    {"state": "California", "country": "Canada"},
    {"postal_code": "SW1A 1AA", "country": "Germany"},
    {"city": "Austin, TX", "state": "TX", "country": "USA"},
    {"city": "10115 Berlin"},
    {"note": "Refund to DE89 3704 0044 0532 0130 00"},
    {"note": "NIK: 3171014507900001"},
)
ACCOUNTS: tuple[dict[str, str], ...] = (
    {"name": "Borneo Baru", "city": "Berlin 10115", "phone": "030 901820; 030 901821"},
    {"name": "Laut Baru", "state": "Bali", "country": "Germany", "postal_code": "1010"},
)


def planted_people() -> dict[str, pd.DataFrame]:
    """Rows by entity, with the column `source`; what is left out is blank."""
    return {
        entity: pd.DataFrame([{"source": "crm", **row} for row in rows]).astype(TEXT)
        for entity, rows in (("contact", CONTACTS), ("account", ACCOUNTS))
    }
