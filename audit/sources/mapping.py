"""Which canonical field each column of a table is: by the system's headers, by synonyms, by likeness, by the values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import pandas as pd

from audit.schema import TEXT, Field, entities
from audit.sources.headers import header_key, header_keys, header_words
from audit.sources.profile import Profile, counted, profile
from audit.sources.systems import SystemObject

_FILLERS = frozenset(
    "the a an your our my is of for to de la el le do da primary main current default original your please enter "
    "customer customers client clients contact contacts lead leads prospect person people user member subscriber buyer "
    "company account organisation organization deal opportunity ticket case campaign order payment activity "
    "crm db field value text raw new full c".split()
)
_NOT_AN_ADDRESS = frozenset(
    "reason bounce bounced domain opt optout status type owner agent rep manager assistant count sent date verified "
    "valid format template subject name id hash updates consent".split()
)
_DERIVED = frozenset({"contact.lifecycle"})
"""Fields that are worked out: a header of their name is the source's own text, which another field keeps."""
_ALIKE = 90
_MOST_HEADERS = 1 << 16
_MULTI = {"email": "other_emails", "phone": "other_phones", "mobile": "other_phones"}


@dataclass(frozen=True)
class Column:
    """A column to be mapped: its name in the frame, the header as written, what its values look like.

    `filled` and `distinct` are counted over all rows, where the profile is of a sample. The others are those of
    `audit.dataset.ColumnMapping`, once `audit.sources.examine` has looked.
    """

    name: str
    header: str
    profile: Profile
    filled: int = 0
    distinct: int = 0
    kind: str = ""
    odd: int = 0
    odd_rows: tuple[int, ...] = ()
    same_as: str = ""
    alike: float = 0.0
    standard: bool = False
    fillers: int = 0
    filler: str = ""

    @classmethod
    def of(cls, name: str, header: str, values: pd.Series) -> "Column":
        return cls(name, header, profile(values), *counted(values))


@dataclass(frozen=True)
class Guess:
    """What a column is taken for. `rank` orders columns that want the same field; lower wins."""

    column: Column
    field: str | None
    confidence: float
    reason: str
    rank: int = 0

    def unmapped(self, reason: str) -> "Guess":
        return replace(self, field=None, confidence=0.0, reason=reason)


def map_columns(
    columns: Sequence[Column], entity: str, known: SystemObject | None, corrections: Mapping[str, str] | None = None
) -> list[Guess]:
    """One guess per column; no two columns have the same field, except where the field takes several values."""
    corrected = {header_key(header): field for header, field in (corrections or {}).items()}
    guesses = []
    for column in columns:
        key = header_key(column.header)
        if key and key in corrected:
            field = corrected[key] or None
            guesses.append(Guess(column, field, 1.0, "set in audit.toml" if field else "left out in audit.toml", -1))
        else:
            guesses.append(_guess(column, entity, known))
    guesses = _by_values(guesses, entity, known)
    return _one_each(guesses, entity, known.coalesce if known else frozenset())


@lru_cache(_MOST_HEADERS)
def synonyms(header: str, entity: str) -> tuple[str, float, str] | None:
    """The field that a header means in an entity: (field, confidence, reason), or None."""
    exact, loose = _aliases(entity)
    for key in header_keys(header):
        if key in exact:
            return exact[key], 0.9, "the header is a known name of the field"
    words = _content(header_words(header))
    if words and words in loose:
        return loose[words], 0.75, "the header's words are a known name of the field"
    return None


@cache
def claims(key: str) -> int:
    """How many entities know this header; a header known to one alone tells more."""
    return sum(key in _aliases(entity)[0] for entity in entities())


def _guess(column: Column, entity: str, known: SystemObject | None) -> Guess:
    header = column.header
    if known is not None:
        found = known.find(header)
        if found:
            return Guess(column, found[0], 0.99, f"a {known.label} header", found[1])
        if known.knows(header):
            return Guess(column, None, 0.9, f"a {known.label} header without a counterpart")
    if not header:
        return Guess(column, None, 0.0, "it has no header")
    meant = synonyms(header, entity) or (_alike(header, entity) if known is None else None)
    if meant is None or (known is not None and meant[1] < 0.9):
        return Guess(column, None, 0.0, "no field fits")
    field, confidence, reason = meant
    spec = entities()[entity][field]
    against = _contradicts(column, spec)
    if against:
        other = _instead(column, spec, entity)
        return Guess(column, other, 0.6 if other else 0.0, against, 60)
    rank = _alias_rank(header, spec)
    return Guess(column, field, confidence + _support(column, spec), reason, 20 + rank)


@lru_cache(_MOST_HEADERS)
def _alike(header: str, entity: str) -> tuple[str, float, str] | None:
    from rapidfuzz import fuzz, process

    key = header_key(header)
    if len(key) < 6:
        return None
    exact, _ = _aliases(entity)
    best = process.extractOne(
        key, [alias for alias in exact if len(alias) >= 6], scorer=fuzz.ratio, score_cutoff=_ALIKE
    )
    if best is None:
        return None
    return exact[best[0]], round(0.6 * best[1] / 100, 2), "the header is spelt much like a name of the field"


def _contradicts(column: Column, spec: Field) -> str:
    """Why the values cannot be what the header says; empty where they can."""
    seen = column.profile
    if seen.filled < 3:
        return ""
    if spec.type in ("date", "datetime") and seen.times < 0.2:
        return "the header says a date, the values are none"
    if spec.type in ("money", "number", "percent") and seen.share("number") < 0.2:
        return "the header says a number, the values are none"
    if spec.type == "boolean" and seen.share("boolean") < 0.5 and seen.distinct > 3:
        return "the header says yes or no, the values do not"
    if spec.type == "email" and seen.share("email") < 0.1 and _is_plain_other(seen):
        return "the header says an address, the values are none"
    if spec.type == "phone" and seen.share("boolean") > 0.8 and seen.distinct <= 4:
        return "the header says a number to call, the values are yes and no"
    if spec.type == "name" and (seen.share("number") > 0.9 or seen.share("email") > 0.6):
        return "the header says a name, the values are none"
    if spec.type == "name" and seen.filled > 300 and seen.distinct < 10:
        return "the header says a name, the values are a handful that repeat"
    if spec.type == "company" and (seen.share("number") > 0.95 or seen.share("email") > 0.6):
        return "the header says a company, the values are none"
    if spec.type in ("text", "note") and seen.share("email") > 0.6 and seen.distinct > 2:
        return "the header says a text, the values are addresses of mail"
    if spec.type == "country" and seen.share("number") > 0.9:
        return "the header says a country, the values are numbers"
    if spec.name == "campaign" and seen.share("number") > 0.95:
        return "the header says words, the values are numbers"
    if spec.name in ("job_title", "tags", "lead_status") and seen.share("number") > 0.95 and seen.distinct > 30:
        return "the header says words, the values are numbers"
    return ""


def _is_plain_other(seen: Profile) -> bool:
    return max(seen.share("boolean"), seen.share("number"), seen.share("date")) > 0.5


def _instead(column: Column, spec: Field, entity: str) -> str | None:
    """The field that contradicting values are nevertheless good for."""
    fields, seen = entities()[entity].fields, column.profile
    if spec.type == "company" and seen.share("integer") > 0.95 and "company_id" in fields:
        return "company_id"
    if seen.share("email") > 0.6:
        return next((name for name in ("email", "contact_email") if name in fields), None)
    if spec.name == "campaign" and "campaign_id" in fields:
        return "campaign_id"
    if spec.name == "at" and "due_at" in fields and seen.times > 0.5:
        return "due_at"
    return None


def _support(column: Column, spec: Field) -> float:
    """A little more confidence where the values look like the field."""
    kind = {
        "email": "email",
        "phone": "phone",
        "url": "url",
        "country": "country",
        "money": "number",
        "number": "number",
    }
    share = column.profile.times if spec.type in ("date", "datetime") else column.profile.share(kind.get(spec.type, ""))
    return 0.05 if share > 0.7 else 0.0


def _by_values(guesses: list[Guess], entity: str, known: SystemObject | None) -> list[Guess]:
    """Columns whose header says nothing, taken by what their values are."""
    fields = entities()[entity].fields
    taken: set[str | None] = {guess.field for guess in guesses if guess.field}
    result = []
    for guess in guesses:
        if guess.field is None and guess.reason in ("no field fits", "it has no header"):
            field = _field_of_values(guess.column, fields, taken, known)
            if field:
                taken.add(field)
                guess = replace(guess, field=field, confidence=0.55, reason="the values look like it", rank=80)
        result.append(guess)
    return result


def _field_of_values(
    column: Column, fields: Mapping[str, Field], taken: set[str | None], known: SystemObject | None
) -> str | None:
    seen, words = column.profile, set(header_words(column.header))
    if seen.filled < 2:
        return None
    if seen.share("email") >= 0.6 and not words & _NOT_AN_ADDRESS:
        asked = known is None or known.entity == "form_submission"
        wanted = ["email", "contact_email"] if asked else []
        wanted += ["other_emails"] if "email" in taken or known is not None else []
        return next((name for name in wanted if name in fields and (name not in taken or name == "other_emails")), None)
    if known is not None:
        return None
    if (
        seen.share("phone") >= 0.6
        and seen.share("integer") < 0.5
        and seen.share("date") < 0.2
        and "phone" in fields
        and "phone" not in taken
    ):
        return "phone"
    if seen.share("country") >= 0.7 and seen.distinct >= 3 and "country" in fields and "country" not in taken:
        return "country"
    if (
        seen.filled >= 10
        and _companies(seen.common)
        and {word for word in words if not word.isdigit()} <= {"column", "text", "value"}
    ):
        company = next(
            (name for name in ("name", "company_name") if name in fields and fields[name].type == "company"), None
        )
        return company if company not in taken else None
    if seen.share("url") >= 0.7 and "website" in fields and "website" not in taken:
        return "linkedin_url" if "linkedin_url" in fields and "linkedin.com" in " ".join(seen.common) else "website"
    return None


def _companies(values: Sequence[str]) -> bool:
    """Whether most of the values end in a legal form."""
    from audit.values import company_name

    return bool(company_name.legal_form(pd.Series(values, dtype=TEXT)).notna().mean() > 0.4)


def _one_each(guesses: list[Guess], entity: str, coalesced: frozenset[str]) -> list[Guess]:
    """Of several columns for one field the best keeps it; more addresses and numbers go to the field for several."""
    fields = entities()[entity].fields
    holders: dict[str, Guess] = {}
    order = sorted(
        range(len(guesses)),
        key=lambda place: (
            guesses[place].rank,
            guesses[place].column.profile.filled == 0,
            -guesses[place].confidence,
            place,
        ),
    )
    result = list(guesses)
    for place in order:
        guess = guesses[place]
        if guess.field is None or guess.field not in fields:
            continue
        field = guess.field
        if field in holders and field in _MULTI and _MULTI[field] in fields:
            field = _MULTI[field]
            guess = replace(
                guess, field=field, reason=f"{guess.reason}; {holders[guess.field].column.header!r} comes first"
            )
        if field in holders and not fields[field].is_multi:
            first = holders[field].column.header
            if field in coalesced:
                result[place] = replace(guess, reason=f"{guess.reason}; fills the gaps of {first!r}")
                continue
            result[place] = guess.unmapped(f"the field {field} is already given by {first!r}")
            continue
        holders.setdefault(field, guess)
        result[place] = guess
    if "customer_id" in holders and "source_id" in fields and "source_id" not in holders:
        place = next(place for place, guess in enumerate(result) if guess.field == "customer_id")
        result[place] = replace(
            result[place], field="source_id", reason=f"{result[place].reason}; the table has no other id"
        )
    return result


@cache
def _aliases(entity: str) -> tuple[dict[str, str], dict[frozenset[str], str]]:
    """Names of the fields of an entity: by exact key, and by the set of their telling words."""
    exact: dict[str, str] = {}
    loose: dict[frozenset[str], str] = {}
    fields = [field for field in entities()[entity].fields.values() if field.qualified not in _DERIVED]
    for field in fields:
        for name in (field.name, field.title):
            exact.setdefault(header_key(name), field.name)
    for field in fields:
        for name in field.aliases:
            exact.setdefault(header_key(name), field.name)
    for field in fields:
        for name in (field.name, *field.aliases):
            words = _content(header_words(name))
            if words:
                loose.setdefault(words, field.name)
    return exact, loose


def _alias_rank(header: str, spec: Field) -> int:
    keys = [header_key(spec.name), *(header_key(alias) for alias in spec.aliases)]
    return next((keys.index(key) for key in header_keys(header) if key in keys), len(keys))


def _content(words: Sequence[str]) -> frozenset[str]:
    """The telling words of a header; numbers count as such only when alone."""
    return frozenset(word for word in words if word not in _FILLERS and not word.isdigit())
