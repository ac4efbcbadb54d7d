"""A seeded contact export of any size: 25 columns as HubSpot names them, with duplicates and common defects.

With `activities`, what was done with these contacts.
"""

from pathlib import Path

import numpy as np
import pandas as pd

SYLLABLES = "ka ri mo ten sa lu ber na vi do hal ste wan gor pi ra ell shu".split()
COUNTRIES = [
    ("Indonesia", "62", "0", "811 812 813 821 822 852 857 878 896", 8),
    ("Germany", "49", "0", "1511 1520 1575 1701 1725 1765 30 40 89", 7),
    ("United Kingdom", "44", "0", "7400 7511 7700 7811 7911 2079 1619 1179", 6),
    ("United States", "1", "", "206 212 305 312 415 512 617 702 713 818", 7),
]
"""Name, calling code, prefix for dialling at home, area codes, digits that follow them."""
ACTIVITIES = {
    "Marketing email sent": ("October newsletter", "Invitation: open house", "Your quote is waiting"),
    "Email opened": ("October newsletter", "Invitation: open house"),
    "Email clicked": ("October newsletter",),
    "Email sent": ("Re: your question", "Offer for two units", "Following up"),
    "Email reply": ("Re: Offer for two units", "Re: Following up"),
    "Call": ("Intro call", "Called, no answer", "Check-in"),
    "Meeting": ("Demo", "Site visit"),
    "Bounce": ("October newsletter",),
}
STAGES = ["Subscriber", "Lead", "Marketing Qualified Lead", "Opportunity", "Customer"]
SOURCES = ["Organic Search", "Paid Search", "Referrals", "Email Marketing", "Offline Sources", "paid search"]


def _words(random: np.random.Generator, count: int, length: int) -> np.ndarray:
    parts = np.array(SYLLABLES, dtype=object)[random.integers(0, len(SYLLABLES), (count, length))]
    word = parts[:, 0]
    for column in range(1, length):
        word = word + parts[:, column]
    return np.array([text.capitalize() for text in word], dtype=object)


def _phones(random: np.random.Generator, country: np.ndarray) -> np.ndarray:
    """Numbers of the countries in the notations that people use, a twentieth of them broken."""
    rows = len(country)
    code, prefix, area, digits = (np.full(rows, "", dtype=object) for _ in range(4))
    for place, (_, calling, trunk, areas, size) in enumerate(COUNTRIES):
        here = np.flatnonzero(country == place)
        code[here], prefix[here] = calling, trunk
        area[here] = random.choice(np.array(areas.split(), dtype=object), len(here))
        digits[here] = random.integers(2 * 10 ** (size - 1), 10**size, len(here)).astype(str).astype(object)
    plain = area + digits
    spaced = area + " " + np.array([text[:3] + "-" + text[3:] for text in digits], dtype=object)
    forms = ["+" + code + plain, "+" + code + " " + spaced, prefix + plain, "(" + prefix + area + ") " + digits]
    forms += [forms[1] + " x" + random.integers(10, 999, rows).astype(str).astype(object), "tel:" + forms[0]]
    written = np.choose(random.choice(len(forms), rows, p=[0.55, 0.15, 0.15, 0.1, 0.03, 0.02]), forms)
    broken = ["+" + code + area, forms[0] + "000", "+" + code + "0" + plain[::-1], np.full(rows, "n/a", dtype=object)]
    wrong = np.choose(random.integers(0, len(broken), rows), broken)
    return np.where(random.random(rows) < 0.05, wrong, written)


def contacts(rows: int, seed: int = 7) -> pd.DataFrame:
    """`rows` contacts, of which about 15 % repeat another person with one or two changed fields."""
    random = np.random.default_rng(seed)
    first = _words(random, 3000, 2)[random.zipf(1.4, rows) % 3000]
    last = _words(random, 40000, 3)[random.integers(0, 40000, rows)]
    company = _words(random, max(rows // 12, 50), 3)[random.integers(0, max(rows // 12, 50), rows)]
    country = random.integers(0, len(COUNTRIES), rows)
    phone = _phones(random, country)
    lower = [np.char.lower(part.astype(str)).astype(object) for part in (first, last, company)]
    created = np.datetime64("2022-01-01T08:00", "m") + random.integers(0, 4 * 365 * 24 * 60, rows)
    seen = created + random.integers(0, 300 * 24 * 60, rows)
    frame = pd.DataFrame(
        {
            "Record ID": np.arange(1_000_001, 1_000_001 + rows),
            "First Name": first,
            "Last Name": last,
            "Email": lower[0] + "." + lower[1] + "@" + lower[2] + ".example",
            "Phone Number": phone,
            "Mobile Phone Number": np.where(random.random(rows) < 0.3, phone, ""),
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
            "Country/Region": np.array([name for name, *_ in COUNTRIES], dtype=object)[country],
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


def activities(people: pd.DataFrame, each: int = 2, seed: int = 11) -> pd.DataFrame:
    """About `each` activities per contact, by the addresses and ids of `people`; a few of strangers."""
    random = np.random.default_rng(seed)
    rows = each * len(people)
    who = random.integers(0, len(people), rows)
    kinds = list(ACTIVITIES)
    kind = random.choice(len(kinds), rows, p=[0.35, 0.2, 0.06, 0.15, 0.06, 0.1, 0.05, 0.03])
    subjects = [np.array(words, dtype=object)[random.integers(0, len(words), rows)] for words in ACTIVITIES.values()]
    at = np.datetime64("2023-01-01T08:00:00", "s") + random.integers(0, 3 * 365 * 24 * 3600, rows)
    email = people["Email"].to_numpy()[who]
    return pd.DataFrame(
        {
            "Activity ID": np.arange(5_000_001, 5_000_001 + rows),
            "Activity Type": np.array(kinds, dtype=object)[kind],
            "Activity Date": np.char.replace(np.datetime_as_string(at), "T", " "),
            "Contact ID": people["Record ID"].to_numpy()[who],
            "Contact Email": np.where(random.random(rows) < 0.01, "stranger@nowhere.example", email),
            "Subject": np.choose(kind, subjects),
            "Owner": people["Contact owner"].to_numpy()[who],
            "Notes": np.where(random.random(rows) < 0.1, "Left a message, call back next week", ""),
        }
    )


def write(path: Path, rows: int) -> Path:
    contacts(rows).to_csv(path, index=False)
    return path
