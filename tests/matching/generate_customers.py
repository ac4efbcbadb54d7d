"""Customers as a business really has them, with the truth: seeded, any size.

Nicknames, typing errors, changed mails, married names, households, colleagues behind one switchboard, namesakes,
single names, four countries, six sources. `python generate_customers.py 100000 out.csv` writes records with `entity`.
"""

import sys
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from nicknames import name_triplets

from audit.dataset import Table, table_from_frame

SOURCES = ("crm", "newsletter", "shop", "support", "events", "billing")
COUNTRIES = ("US", "GB", "DE", "ID")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ONSETS = {
    "US": "b br c ch d f g gr h j k l m n p r s st t th w wh".split(),
    "GB": "b br c ch d f g gr h j k l m n p r s st t th w wh".split(),
    "DE": "b br d f g h k kl kr l m n r s sch schm st t w z".split(),
    "ID": "b d g h j k l m n p r s t w y".split(),
}
_VOWELS = {
    "US": "a e i o u ea ee oo".split(),
    "GB": "a e i o u ea oo".split(),
    "DE": "a e i o u au ei ie".split(),
    "ID": "a i u e o".split(),
}
_CODAS = {
    "US": "n r l s t ck nd rt son ton man well er".split(),
    "GB": "n r l s t ck ham ford by worth ley son".split(),
    "DE": "n r l s t mann berg er bach ke ling".split(),
    "ID": "n ng r h wan to no ti yanto di".split(),
}
_FREE = ("gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "gmx.de", "web.de", "yahoo.co.id", "icloud.com")
_LEGAL = {
    "US": (" Inc", " LLC", " Corp", ""),
    "GB": (" Ltd", " Limited", " plc", ""),
    "DE": (" GmbH", " AG", ""),
    "ID": ("PT ", "CV ", ""),
}
_TRADES = (
    "logistics foods systems energy textiles labs partners consulting media trading motors health design paper steel"
).split()
_STREETS = {
    "US": ("St", "Street", "Ave", "Avenue", "Rd"),
    "GB": ("Road", "Rd", "Lane", "Street"),
    "DE": ("str.", "straße", "weg"),
    "ID": ("Jl. ", "Jalan ", "Jln "),
}
_DIAL = {"US": "+1", "GB": "+44", "DE": "+49", "ID": "+62"}
_JOBS = "manager,sales manager,head of sales,engineer,director,ceo,cfo,buyer,assistant,consultant,analyst,owner".split(
    ","
)


@dataclass
class _Pools:
    given: dict[tuple[str, str], np.ndarray]
    family: dict[str, np.ndarray]
    nick: dict[str, list[str]]
    city: dict[str, np.ndarray]
    street: dict[str, np.ndarray]


def _zipf(draw: np.random.Generator, size: int, count: int, power: float = 0.9) -> np.ndarray:
    weights = 1 / np.arange(1, size + 1) ** power
    return draw.choice(size, count, p=weights / weights.sum())


def _words(draw: np.random.Generator, country: str, count: int) -> np.ndarray:
    made: dict[str, None] = {}
    while len(made) < count:
        syllables = 1 + (draw.random() < 0.55)
        word = "".join(draw.choice(_ONSETS[country]) + draw.choice(_VOWELS[country]) for _ in range(syllables))
        made[(word + draw.choice(_CODAS[country])).capitalize()] = None
    return np.array(list(made), dtype=object)


def _pools(draw: np.random.Generator, rows: int) -> _Pools:
    nick: dict[str, list[str]] = {}
    for triplet in name_triplets():
        nick.setdefault(triplet.name1, []).append(triplet.name2)
    english = np.array(sorted(nick), dtype=object)
    draw.shuffle(english)
    half = len(english) // 2
    given = {}
    for country in COUNTRIES:
        for at, sex in enumerate("mf"):
            if country in ("US", "GB"):
                given[country, sex] = np.array(
                    [name.capitalize() for name in english[at * half : (at + 1) * half]], dtype=object
                )
            else:
                given[country, sex] = _words(draw, country, 350)
    many = int(np.clip(rows // 12, 800, 9000))
    family = {country: _words(draw, country, many if country != "ID" else many // 3) for country in COUNTRIES}
    city = {country: _words(draw, country, 250) for country in COUNTRIES}
    street = {country: _words(draw, country, 1500) for country in COUNTRIES}
    return _Pools(given, family, nick, city, street)


def _digits(draw: np.random.Generator, count: int) -> str:
    return "".join(map(str, draw.integers(0, 10, count)))


def _address(draw: np.random.Generator, pools: _Pools, country: str) -> dict[str, str]:
    place = int(_zipf(draw, 250, 1)[0])
    name = pools.street[country][draw.integers(0, 1500)]
    number, kind = draw.integers(1, 200), draw.choice(_STREETS[country])
    street = {"DE": f"{name}{kind} {number}", "ID": f"{kind}{name} No. {number}"}.get(
        country, f"{number} {name} {kind}"
    )
    code = {
        "US": f"{10000 + place * 300 + draw.integers(0, 30)}",
        "GB": f"{(_LETTERS[place % 26] + _LETTERS[place // 26]).upper()}{draw.integers(1, 20)} {draw.integers(1, 9)}AB",
    }
    return {
        "street": street,
        "city": pools.city[country][place],
        "postal_code": code.get(country, f"{10000 + place * 250 + draw.integers(0, 25)}"),
        "country": country,
    }


def _phone(draw: np.random.Generator, country: str) -> str:
    return f"{_DIAL[country]} {draw.integers(200, 999)} {_digits(draw, 3)} {_digits(draw, 4)}"


def _mailbox(draw: np.random.Generator, given: str, family: str) -> str:
    given, family = given.lower().replace(" ", ""), family.lower()
    shapes = (
        [f"{given}.{family}", f"{given[:1]}{family}", f"{given}{family}", given, f"{family}.{given}"]
        if family
        else [given]
    )
    return shapes[int(draw.choice(len(shapes), p=[0.5, 0.2, 0.1, 0.1, 0.1] if family else [1.0]))]


def _private_mail(draw: np.random.Generator, given: str, family: str) -> str:
    number = str(draw.integers(1, 9999)) if draw.random() < 0.7 else ""
    return f"{_mailbox(draw, given, family)}{number}@{draw.choice(_FREE)}"


def people(count: int, draw: np.random.Generator, pools: _Pools) -> list[dict[str, str | None]]:
    """Different people; some in households, many colleagues, some namesakes."""
    companies = []
    for _ in range(max(count // 7, 5)):
        country = str(draw.choice(COUNTRIES, p=[0.4, 0.2, 0.2, 0.2]))
        stem = (
            f"{pools.family[country][draw.integers(0, len(pools.family[country]))]} {draw.choice(_TRADES).capitalize()}"
        )
        domain = stem.lower().replace(" ", draw.choice(["", "-"])) + draw.choice([".com", ".net", ".co"])
        companies.append(
            {
                "country": country,
                "name": stem,
                "domain": domain,
                "phone": _phone(draw, country),
                **_address(draw, pools, country),
            }
        )
    sizes = _zipf(draw, len(companies), count, 0.6)
    made: list[dict[str, str | None]] = []
    mails: set[str | None] = set()
    while len(made) < count:
        company = companies[sizes[len(made)]] if draw.random() < 0.65 else None
        country = company["country"] if company else str(draw.choice(COUNTRIES, p=[0.4, 0.2, 0.2, 0.2]))
        sex = "mf"[draw.integers(0, 2)]
        given = str(pools.given[country, sex][_zipf(draw, len(pools.given[country, sex]), 1)[0]])
        family = str(pools.family[country][_zipf(draw, len(pools.family[country]), 1, 0.75)[0]])
        home: dict[str, str] | None = None
        luck = draw.random()
        if luck < 0.12 and made:
            other = made[draw.integers(max(0, len(made) - 50), len(made))]
            if other["company_name"] is None and other["last_name"]:
                family, country = str(other["last_name"]), str(other["country"])
                given = next(
                    name for name in draw.permutation(pools.given[country, sex]) if name != other["first_name"]
                )
                home = {name: str(other[name]) for name in ("street", "city", "postal_code", "country")}
                company = None
                shared = other["phone"] if draw.random() < 0.5 else None
        elif luck < 0.15 and made:
            other = made[draw.integers(0, len(made))]
            given, family = str(other["first_name"]), str(other["last_name"] or "")
        if country == "ID" and draw.random() < 0.2:
            family = ""
        record: dict[str, str | None] = {"first_name": given, "last_name": family or None, "sex": sex}
        if company:
            legal = str(draw.choice(_LEGAL[country]))
            name = legal + company["name"] if legal.endswith(" ") else company["name"] + legal
            record |= {
                "company_name": name,
                "job_title": str(draw.choice(_JOBS)),
                **{k: company[k] for k in ("street", "city", "postal_code", "country")},
            }
            record["email"] = (
                f"{_mailbox(draw, given, family)}@{company['domain']}"
                if draw.random() < 0.8
                else _private_mail(draw, given, family)
            )
            record["phone"] = company["phone"] if draw.random() < 0.55 else _phone(draw, country)
        else:
            record |= {"company_name": None, "job_title": None, **(home or _address(draw, pools, country))}
            record["email"] = _private_mail(draw, given, family)
            record["phone"] = shared if home and shared else _phone(draw, country)
        while record["email"] in mails:
            record["email"] = _private_mail(draw, given, family)
        mails.add(record["email"])
        made.append(record)
    return made


def _typo(draw: np.random.Generator, word: str) -> str:
    if len(word) < 3:
        return word
    at, letter = int(draw.integers(1, len(word) - 1)), _LETTERS[draw.integers(0, 26)]
    kind = draw.integers(0, 4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + (letter if kind != 1 else "") + word[at + (kind != 3) :]


def _edit(draw: np.random.Generator, record: dict[str, str | None], pools: _Pools) -> None:
    """One thing that makes a second entry of the same person look different."""
    kind = str(draw.choice(_EDITS, p=_CHANCES))
    given, family = str(record["first_name"] or ""), str(record["last_name"] or "")
    country = str(record["country"])
    if kind == "nickname":
        names = pools.nick.get(given.lower())
        record["first_name"] = str(draw.choice(names)).capitalize() if names else given[:1] + "."
    elif kind == "initial":
        record["first_name"] = given[:1] + ("." if draw.random() < 0.5 else "")
    elif kind in ("first_name", "last_name", "company_name", "street", "city") and record[kind]:
        record[kind] = _typo(draw, str(record[kind]))
    elif kind == "swap" and family:
        record["first_name"], record["last_name"] = family, given
    elif kind == "married" and record["sex"] == "f" and family:
        record["last_name"] = str(pools.family[country][_zipf(draw, len(pools.family[country]), 1, 0.75)[0]])
    elif kind == "mail typo" and record["email"]:
        record["email"] = _typo(draw, str(record["email"]))
    elif kind == "new mail":
        record["email"] = _private_mail(draw, given or "x", family)
    elif kind == "new phone":
        record["phone"] = _phone(draw, country)
    elif kind == "phone form" and str(record["phone"]).startswith("+"):
        digits = str(record["phone"]).split(" ", 1)[1].replace(" ", "")
        record["phone"] = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if country == "US" else "0" + digits
    elif kind == "moved":
        record |= _address(draw, pools, country)
    elif kind == "case":
        upper = draw.random() < 0.5
        for name in ("first_name", "last_name", "company_name"):
            if record[name]:
                record[name] = str(record[name]).upper() if upper else str(record[name]).lower()
    elif kind == "legal form" and record["company_name"]:
        bare = str(record["company_name"])
        for legal in _LEGAL[country]:
            bare = bare.removeprefix(legal) if legal.endswith(" ") else bare.removesuffix(legal)
        record["company_name"] = bare
    elif kind.startswith("no "):
        record[kind[3:]] = None


_EDITS = (
    "nickname", "initial", "first_name", "last_name", "swap", "married", "mail typo", "new mail", "new phone",
    "phone form", "moved", "case", "legal form", "company_name", "street", "city", "no email", "no phone",
    "no company_name", "no street",
)  # fmt: skip
_CHANCES = np.array([8, 3, 8, 8, 2, 4, 5, 10, 5, 8, 4, 6, 6, 4, 5, 3, 8, 6, 3, 3]) / 109


def generate(rows: int, seed: int = 0, duplicates: float = 0.15) -> pd.DataFrame:
    """`rows` records with `source` and `entity` (the truth), in random order; a share of them are second entries."""
    draw = np.random.default_rng(seed)
    pools = _pools(draw, rows)
    base = people(round(rows * (1 - duplicates)), draw, pools)
    again = draw.choice(len(base), rows - len(base), replace=True)
    records = [{**person, "entity": at} for at, person in enumerate(base)]
    for at in again:
        copy: dict[str, object] = {**base[at], "entity": int(at)}
        for _ in range(int(draw.integers(1, 4))):
            _edit(draw, copy, pools)  # type: ignore[arg-type]
        records.append(copy)
    frame = pd.DataFrame(records).drop(columns="sex")
    frame["source"] = np.array(SOURCES, dtype=object)[draw.integers(0, len(SOURCES), len(frame))]
    for name, share in (("email", 0.08), ("phone", 0.15), ("street", 0.2), ("job_title", 0.4)):
        frame.loc[draw.random(len(frame)) < share, name] = None
    return frame.iloc[draw.permutation(len(frame))].reset_index(drop=True)


def as_table(records: pd.DataFrame) -> Table:
    """Generated records as a table of contacts."""
    table = table_from_frame("contact", records.drop(columns=["entity", "source"]))
    return replace(table, lineage=table.lineage.assign(source=records["source"].astype("category").to_numpy()))


if __name__ == "__main__":
    generate(int(sys.argv[1])).to_csv(sys.argv[2], index=False)
