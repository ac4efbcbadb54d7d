"""A seeded contact export of any size: 25 columns as HubSpot names them, with duplicates and common defects."""

from pathlib import Path

import numpy as np
import pandas as pd

SYLLABLES = [
    "ka",
    "ri",
    "mo",
    "ten",
    "sa",
    "lu",
    "ber",
    "na",
    "vi",
    "do",
    "hal",
    "ste",
    "wan",
    "gor",
    "pi",
    "ra",
    "ell",
    "shu",
]
COUNTRIES = [
    ("Indonesia", "+6281", 9),
    ("Germany", "+4915", 9),
    ("United Kingdom", "+447", 9),
    ("United States", "+1206", 7),
]
STAGES = ["Subscriber", "Lead", "Marketing Qualified Lead", "Opportunity", "Customer"]
SOURCES = ["Organic Search", "Paid Search", "Referrals", "Email Marketing", "Offline Sources", "paid search"]


def _words(random: np.random.Generator, count: int, length: int) -> np.ndarray:
    parts = np.array(SYLLABLES, dtype=object)[random.integers(0, len(SYLLABLES), (count, length))]
    word = parts[:, 0]
    for column in range(1, length):
        word = word + parts[:, column]
    return np.array([text.capitalize() for text in word], dtype=object)


def contacts(rows: int, seed: int = 7) -> pd.DataFrame:
    """`rows` contacts, of which about 15 % repeat another person with one or two changed fields."""
    random = np.random.default_rng(seed)
    first = _words(random, 3000, 2)[random.zipf(1.4, rows) % 3000]
    last = _words(random, 40000, 3)[random.integers(0, 40000, rows)]
    company = _words(random, max(rows // 12, 50), 3)[random.integers(0, max(rows // 12, 50), rows)]
    country = random.integers(0, len(COUNTRIES), rows)
    prefix = np.array([code for _, code, _ in COUNTRIES], dtype=object)[country]
    digits = np.array([size for _, _, size in COUNTRIES])[country]
    number = (random.integers(10**8, 10**9, rows) // 10 ** (9 - digits)).astype(str).astype(object)
    lower = [np.char.lower(part.astype(str)).astype(object) for part in (first, last, company)]
    created = np.datetime64("2022-01-01T08:00", "m") + random.integers(0, 4 * 365 * 24 * 60, rows)
    seen = created + random.integers(0, 300 * 24 * 60, rows)
    frame = pd.DataFrame(
        {
            "Record ID": np.arange(1_000_001, 1_000_001 + rows),
            "First Name": first,
            "Last Name": last,
            "Email": lower[0] + "." + lower[1] + "@" + lower[2] + ".example",
            "Phone Number": prefix + number,
            "Mobile Phone Number": np.where(random.random(rows) < 0.3, prefix + number, ""),
            "Job Title": np.array(["Buyer", "Head of Logistics", "QA Manager", "CEO", ""], dtype=object)[
                random.integers(0, 5, rows)
            ],
            "Company Name": company + " Ltd",
            "Lifecycle Stage": np.array(STAGES, dtype=object)[random.integers(0, len(STAGES), rows)],
            "Lead Status": np.array(["New", "Open", "In Progress", ""], dtype=object)[random.integers(0, 4, rows)],
            "Contact owner": _words(random, 30, 2)[random.integers(0, 30, rows)],
            "Create Date": np.datetime_as_string(created),
            "Last Modified Date": np.datetime_as_string(seen),
            "Last Activity Date": np.datetime_as_string(seen),
            "Original Source": np.array(SOURCES, dtype=object)[random.integers(0, len(SOURCES), rows)],
            "Unsubscribed from all email": np.where(random.random(rows) < 0.05, "true", ""),
            "Email hard bounce reason": np.where(random.random(rows) < 0.02, "UNKNOWN_USER", ""),
            "Street Address": random.integers(1, 200, rows).astype(str).astype(object) + " Main Street",
            "City": _words(random, 500, 2)[random.integers(0, 500, rows)],
            "State/Region": "",
            "Postal Code": random.integers(10000, 99999, rows).astype(str),
            "Country/Region": np.array([name for name, _, _ in COUNTRIES], dtype=object)[country],
            "Website URL": "https://www." + lower[2] + ".example",
            "Industry": np.array(["Food", "Pharma", "Retail", "Logistics"], dtype=object)[random.integers(0, 4, rows)],
            "Message": "",
        }
    )
    frame["Create Date"] = frame["Create Date"].str.replace("T", " ")
    frame["Last Modified Date"] = frame["Last Modified Date"].str.replace("T", " ")
    frame["Last Activity Date"] = frame["Last Activity Date"].str.replace("T", " ")
    copies = random.choice(rows, rows * 15 // 100, replace=False)
    originals = random.choice(rows, len(copies))
    same = ["First Name", "Last Name", "Email", "Phone Number", "Company Name", "City", "Country/Region"]
    frame.loc[copies, same] = frame[same].to_numpy()[originals]
    changed = random.random(len(copies)) < 0.5
    frame.loc[copies[changed], "Email"] = ""
    frame.loc[copies[~changed], "Phone Number"] = ""
    broken = random.random(rows) < 0.01
    frame.loc[broken, "Email"] = frame.loc[broken, "Email"].str.replace("@", "(at)")
    return frame


def write(path: Path, rows: int) -> Path:
    contacts(rows).to_csv(path, index=False)
    return path
