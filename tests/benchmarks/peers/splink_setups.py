"""What an expert tells splink about each kind of table: cleaning, comparisons, blocking rules, how to train.

Chosen by trial with the truth in hand, as nobody can with a table of their own: fields that hang together are compared
jointly, a mailbox named after its owner adds nothing to the name, and what random pairs show too seldom is set by hand.
"""

from dataclasses import dataclass

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on
from splink.internals.comparison_creator import ComparisonCreator
from splink.internals.comparison_level_creator import ComparisonLevelCreator


@dataclass(frozen=True)
class Setup:
    """`clean` selects from the table `raw`; `sure` rules with `recall`, or `prior`, say how many pairs are the same."""

    clean: str
    comparisons: tuple[ComparisonCreator, ...]
    blocking: tuple[object, ...]
    sessions: tuple[object, ...]
    sure: tuple[object, ...] = ()
    recall: float = 0.8
    prior: float = 1e-4
    u_pairs: float = 1e6
    em_pairs: float = 5e5


def _blank(condition: str) -> ComparisonLevelCreator:
    return cll.CustomLevel(condition, "blank").configure(is_null_level=True)


def _level(condition: str, frequent: str = "") -> ComparisonLevelCreator:
    """A level of its own condition; weighed by how frequent the value of a column is."""
    level = cll.CustomLevel(condition, condition)
    return level.configure(tf_adjustment_column=frequent, tf_adjustment_weight=1.0) if frequent else level


def _rare(condition: str, u: float, frequent: str = "") -> ComparisonLevelCreator:
    """A level that random pairs show too seldom for its share among them to be estimated."""
    return _level(condition, frequent).configure(u_probability=u, fix_u_probability=True)


def _same(*columns: str) -> str:
    return " and ".join(f"{column}_l = {column}_r" for column in columns)


def _alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _edits(column: str, most: int) -> str:
    return f"levenshtein({column}_l, {column}_r) <= {most}"


def _joint(name: str, *levels: ComparisonLevelCreator) -> ComparisonCreator:
    return cl.CustomComparison(output_column_name=name, comparison_levels=[*levels, cll.ElseLevel()])


def _customers(records: int) -> Setup:
    """Contacts of a business; how many share a home falls with the size of the table."""
    same_last = _same("last_name")
    names = _joint(
        "names",
        _blank("full_name_l is null or full_name_r is null"),
        _rare(_same("full_name"), 1.2e-5),
        _rare("first_name_l = last_name_r and last_name_l = first_name_r", 1.2e-5),
        _rare(f"{same_last} and {_alike('first_name', 0.9)}", 1e-6, "last_name"),
        _level(f"{same_last} and first_name_l[1] = first_name_r[1]", "last_name"),
        _rare(f"{_alike('last_name', 0.88)} and {_same('first_name')}", 3e-6, "first_name"),
        _rare(f"{_alike('last_name', 0.85)} and {_alike('first_name', 0.85)}", 4e-6),
        _level(same_last),
        _level(_same("first_name")),
    )
    email = _joint(
        "email",
        _blank("email_l is null or email_r is null"),
        _rare(_same("email"), 1e-6),
        _rare(_edits("email", 2), 2e-6),
    )
    phone = _joint(
        "phone",
        _blank("phone_l is null or phone_r is null"),
        _level(_same("phone"), "phone"),
        _rare(_edits("phone", 1), 2e-6),
    )
    place = _joint(
        "place",
        _blank("postcode_l is null or postcode_r is null"),
        _level(_same("company", "street", "postcode"), "company"),
        _rare(_same("street", "postcode"), 0.3 / records),
        _level(_same("company"), "company"),
        _rare(f"{_same('postcode')} and {_alike('street', 0.9)}", 1e-6),
        _level(_alike("company", 0.92)),
        _level(_same("postcode"), "postcode"),
        _level(_same("city"), "city"),
    )
    return Setup(
        clean="""
            select row_id, lower(trim(first_name)) as first_name, lower(trim(last_name)) as last_name,
                concat_ws(' ', lower(trim(first_name)), lower(trim(last_name))) as full_name,
                lower(trim(email)) as email, split_part(lower(trim(email)), '@', 1) as mailbox,
                nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') as phone,
                nullif(trim(regexp_replace(lower(company_name),
                    '\\b(inc|llc|corp|ltd|limited|plc|gmbh|ag|pt|cv)\\b|[.,]', '', 'g')), '') as company,
                lower(trim(street)) as street, lower(trim(postal_code)) as postcode, lower(trim(city)) as city
            from raw""",
        comparisons=(names, email, phone, place),
        blocking=(
            block_on("email"),
            block_on("phone", "first_name"),
            block_on("phone", "last_name"),
            block_on("phone", "substr(first_name, 1, 1)"),
            block_on("full_name"),
            block_on("last_name", "street"),
            block_on("first_name", "street"),
            block_on("last_name", "postcode"),
            block_on("first_name", "postcode"),
            block_on("last_name", "company"),
            block_on("first_name", "company"),
            block_on("mailbox"),
            block_on("last_name", "city", "substr(first_name, 1, 1)"),
            block_on("first_name", "city", "substr(last_name, 1, 3)"),
            block_on("street", "postcode", "substr(first_name, 1, 2)"),
            "l.first_name = r.last_name and l.last_name = r.first_name",
        ),
        sessions=(block_on("email"), block_on("first_name", "phone"), block_on("full_name", "street")),
        sure=(block_on("email"), block_on("full_name", "phone"), block_on("full_name", "street", "postcode")),
    )


def _persons(records: int) -> Setup:
    """First name, surname, date of birth, city, mail; all of them misspelt or missing."""
    return Setup(
        clean="""
            select row_id, lower(trim(first_name)) as first_name, lower(trim(last_name)) as last_name,
                concat_ws(' ', lower(trim(first_name)), lower(trim(last_name))) as full_name,
                date_of_birth as born, lower(trim(city)) as city, lower(trim(email)) as email
            from raw""",
        comparisons=(
            cl.ForenameSurnameComparison(
                "first_name", "last_name", forename_surname_concat_col_name="full_name",
                jaro_winkler_thresholds=[0.9, 0.7],
            ),
            cl.LevenshteinAtThresholds("born", [1, 2]),
            cl.LevenshteinAtThresholds("city", [2]).configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ),
        blocking=(
            block_on("born"),
            block_on("email"),
            block_on("full_name"),
            block_on("first_name", "city"),
            block_on("last_name", "city"),
            block_on("first_name", "substr(born, 1, 4)"),
            block_on("last_name", "substr(born, 1, 4)"),
            block_on("substr(born, 1, 7)", "city"),
            block_on("split_part(email, '@', 1)"),
            block_on("substr(first_name, 1, 3)", "substr(last_name, 1, 3)"),
            "l.first_name = r.last_name and l.last_name = r.first_name",
        ),
        sessions=(block_on("born"), block_on("email"), block_on("full_name")),
        sure=(block_on("email", "born"), block_on("full_name", "born")),
        recall=0.35,
        em_pairs=1e9,
    )  # fmt: skip


def _registered(records: int) -> Setup:
    """Persons with address, date of birth and a number of their own."""
    return Setup(
        clean="""
            select row_id, first_name, last_name, house_number, street, city, postal_code as postcode,
                date_of_birth as born, national_id as number from raw""",
        comparisons=(
            cl.NameComparison("first_name"),
            cl.NameComparison("last_name"),
            cl.LevenshteinAtThresholds("born", [1, 2]),
            cl.LevenshteinAtThresholds("number", [1, 2]),
            cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
            cl.ExactMatch("house_number"),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
        ),
        blocking=(
            block_on("number"),
            block_on("first_name", "last_name"),
            block_on("born"),
            block_on("postcode", "last_name"),
            block_on("postcode", "first_name"),
            block_on("street"),
            block_on("city", "house_number"),
        ),
        sessions=(block_on("number"), block_on("born"), block_on("first_name", "last_name")),
        sure=(block_on("number"),),
        recall=0.85,
    )


def _census(records: int) -> Setup:
    """Persons in households, twice asked, nearly every value misspelt; no rule is sure, so the prior is set by hand."""
    return Setup(
        clean="""
            select row_id, lower(first_name) as first_name, lower(last_name) as last_name,
                lower(middle_name) as initial, house_number, lower(street) as street from raw""",
        comparisons=(
            _joint(
                "first",
                _blank("first_name_l is null or first_name_r is null"),
                _level(_same("first_name"), "first_name"),
                _level(_alike("first_name", 0.85)),
                _level("first_name_l[1] = first_name_r[1]"),
            ),
            cl.JaroWinklerAtThresholds("last_name", [0.9, 0.75]),
            cl.ExactMatch("initial"),
            cl.ExactMatch("house_number"),
            cl.JaroWinklerAtThresholds("street", [0.9, 0.75]),
        ),
        blocking=(
            block_on("house_number"),
            block_on("first_name", "substr(last_name, 1, 2)"),
            block_on("last_name", "substr(first_name, 1, 1)"),
            block_on("first_name", "substr(street, 1, 2)"),
        ),
        sessions=(block_on("house_number"), block_on("first_name")),
        prior=327 / (841 * 840 / 2),
    )


def _sites(records: int) -> Setup:
    """Organisations from several lists; the same place in many ways of writing."""
    return Setup(
        clean="""
            select row_id, trim(regexp_replace(lower(name), '[^a-z0-9]+', ' ', 'g')) as name,
                trim(regexp_replace(lower(street), '\\b(st|street|ave|avenue|rd|blvd|dr|pl)\\b|[^a-z0-9 ]', '', 'g'))
                    as street,
                regexp_extract(street, '^[0-9]+') as house, postal_code as postcode,
                nullif(regexp_replace(phone, '[^0-9]', '', 'g'), '') as phone
            from raw""",
        comparisons=(
            cl.JaroWinklerAtThresholds("name", [0.92, 0.85, 0.7]).configure(term_frequency_adjustments=True),
            _joint(
                "place",
                _blank("street_l is null or street_r is null"),
                _level(_same("street"), "street"),
                _level(f"{_same('house')} and {_alike('street', 0.9)}"),
                _level(_same("house")),
                _level(_same("postcode")),
            ),
            cl.LevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
        ),
        blocking=(
            block_on("phone"),
            block_on("street"),
            block_on("name"),
            block_on("house", "substr(name, 1, 4)"),
            block_on("substr(name, 1, 8)", "postcode"),
            block_on("house", "postcode"),
        ),
        sessions=(block_on("phone"), block_on("street")),
        sure=(block_on("name", "phone"), block_on("street", "phone")),
        recall=0.7,
    )


def _watchlist(records: int) -> Setup:
    """A few persons and organisations with anything else now and then: too few to train on, so m is as it comes."""
    return Setup(
        clean="""
            select row_id, nullif(trim(lower(coalesce(full_name, concat_ws(' ', first_name, last_name)))), '') as name,
                lower(coalesce(last_name, regexp_extract(full_name, '(\\S+)$', 1))) as last_name,
                lower(company_name) as company, date_of_birth as born, lower(email) as email,
                nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') as phone,
                lower(coalesce(street, address)) as street, national_id as number
            from raw""",
        comparisons=(
            cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]),
            cl.JaroWinklerAtThresholds("company", [0.95, 0.85]),
            cl.LevenshteinAtThresholds("born", [2]),
            cl.ExactMatch("email"),
            cl.ExactMatch("phone"),
            cl.JaroWinklerAtThresholds("street", [0.95, 0.85]),
            cl.ExactMatch("number"),
        ),
        blocking=("l.row_id <> r.row_id",),
        sessions=(),
        prior=108 / (159 * 158 / 2),
    )


SETUPS = {
    "customers": _customers,
    "fake_20000": _persons,
    "febrl1": _registered,
    "febrl3": _registered,
    "febrl4_link": _registered,
    "census": _census,
    "chicago_sites": _sites,
    "senzing": _watchlist,
}
"""By the kind of table: what to tell, given how many records there are."""
