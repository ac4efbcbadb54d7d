"""The values of generated customers: names, nicknames, cities, streets, companies of four countries."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from nicknames import name_triplets

COUNTRIES = ("US", "GB", "DE", "ID")
SHARES = (0.4, 0.2, 0.2, 0.2)
US, GB, DE, ID = range(4)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ENGLISH = "b br c ch d f g gr h j k l m n p r s st t th w wh", "a e i o u ea ee oo"
_SYLLABLES = (
    (*_ENGLISH, "n r l s t ck nd rt son ton man well er"),
    (*_ENGLISH, "n r l s t ck ham ford by worth ley son"),
    ("b br d f g h k kl kr l m n r s sch schm st t w z", "a e i o u au ei ie", "n r l s t mann berg er bach ke ling"),
    ("b d g h j k l m n p r s t w y", "a i u e o", "n ng r h wan to no ti yanto di"),
)
"""Onsets, vowels and codas of each country's made-up names."""
FREE = ("gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "gmx.de", "web.de", "yahoo.co.id", "icloud.com")
_TRADES = (
    "Logistics Foods Systems Energy Textiles Labs Partners Consulting Media Trading Motors Health Design Paper Steel"
).split()
_ENDINGS = (".com", ".net", ".co", "-group.com")
CITIES, STREETS, NUMBERS = 250, 1500, 200
Codes = dict[str, np.ndarray]
"""People as whole numbers: places in the pools, digits of phones; -1 for what somebody lacks."""


@dataclass(frozen=True)
class Pools:
    """All values there are, those of one country (and sex) in a row: where they begin, how many they are."""

    given: pa.Array
    given_at: np.ndarray
    family: pa.Array
    family_at: np.ndarray
    nick: pa.Array
    nick_at: np.ndarray
    city: pa.Array
    street: pa.Array
    company: pa.Array
    domain: pa.Array
    companies: Codes


def strings(values: list[str]) -> pa.Array:
    return pa.array(values, type=pa.string())


def join(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def take(pool: pa.Array, codes: np.ndarray) -> pa.Array:
    """The values at the codes; none for codes below zero."""
    return pool.take(pa.array(codes, mask=codes < 0))


def some(draw: np.random.Generator, values: tuple[str, ...] | list[str], count: int) -> pa.Array:
    return take(strings(list(values)), draw.integers(0, len(values), count))


def zipf(draw: np.random.Generator, size: int, count: int, power: float, shift: int = 0) -> np.ndarray:
    """Ranks from 0, by the law of Zipf and Mandelbrot."""
    weights = 1 / (np.arange(1, size + 1) + shift) ** power
    return draw.choice(size, count, p=weights / weights.sum())


def ranked(draw: np.random.Generator, spans: np.ndarray, group: np.ndarray, power: float) -> np.ndarray:
    """A code for each row out of its group's span (begin, size), the first of a span the commonest."""
    codes = np.empty(len(group), dtype=np.int64)
    for at, (begin, size) in enumerate(spans):
        here = np.flatnonzero(group == at)
        codes[here] = begin + zipf(draw, size, len(here), power, 10)
    return codes


def _words(draw: np.random.Generator, country: int, count: int) -> list[str]:
    """Different made-up names of one or two syllables."""
    onsets, vowels, codas = (np.array(part.split(), dtype=object) for part in _SYLLABLES[country])
    made: dict[str, None] = {}
    while len(made) < count:
        first, more = (draw.choice(onsets, count) + draw.choice(vowels, count) for _ in range(2))
        word = np.where(draw.random(count) < 0.55, first + more, first) + draw.choice(codas, count)
        made |= dict.fromkeys(text.capitalize() for text in word)
    return list(made)[:count]


def _spans(sizes: list[int]) -> np.ndarray:
    return np.column_stack([np.cumsum([0, *sizes[:-1]]), sizes])


def make_pools(draw: np.random.Generator, people: int) -> Pools:
    nick: dict[str, list[str]] = {}
    for triplet in name_triplets():
        nick.setdefault(triplet.name1, []).append(triplet.name2.capitalize())
    english = draw.permutation(np.array(sorted(nick), dtype=object)).tolist()
    half = [[name.capitalize() for name in english[sex::2]] for sex in range(2)]
    given = [*half, *half, *(_words(draw, country, 350) for country in (DE, DE, ID, ID))]
    names = [name for group in given for name in group]
    nicks = [nick.get(name.lower(), []) for name in names]
    family = [_words(draw, country, 3000 if country == ID else 9000) for country in range(4)]
    count = max(people // 7, 5)
    country = draw.choice(4, count, p=SHARES)
    families, family_at = strings(list(chain(*family))), _spans([len(group) for group in family])
    stem = take(families, family_at[country, 0] + draw.integers(0, family_at[country, 1]))
    trade = some(draw, _TRADES, count)
    domain = join(pc.utf8_lower(stem), some(draw, ["", "-"], count), pc.utf8_lower(trade), some(draw, _ENDINGS, count))
    companies = {"country": country, "form": draw.integers(0, 4, count), "phone": phones(draw, count)}
    return Pools(
        given=strings(names),
        given_at=_spans([len(group) for group in given]),
        family=families,
        family_at=family_at,
        nick=strings(list(chain(*nicks))),
        nick_at=_spans([len(group) for group in nicks]),
        city=strings(list(chain(*(_words(draw, at, CITIES) for at in range(4))))),
        street=strings(list(chain(*(_words(draw, at, STREETS) for at in range(4))))),
        company=join(stem, " ", trade),
        domain=pa.concat_arrays([strings(list(FREE)), domain]),
        companies=companies | addresses(draw, count),
    )


def phones(draw: np.random.Generator, count: int) -> np.ndarray:
    return draw.integers(200, 999, count) * 10_000_000 + draw.integers(0, 10_000_000, count)


def addresses(draw: np.random.Generator, count: int) -> Codes:
    return {
        "city": zipf(draw, CITIES, count, 0.9),
        "street": draw.integers(0, STREETS, count),
        "number": draw.integers(1, NUMBERS, count),
        "way": draw.integers(0, 4, count),
        "zone": draw.integers(0, 30, count),
    }
