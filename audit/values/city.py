"""Names of towns with a part of the rest of the address in them."""

import pandas as pd
import pyarrow.compute as pc

from audit.values import region
from audit.values.text import TEXT, arrow, matches, over_distinct, squeeze, substitute, text_series

_BRITISH = r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}"
_CANADIAN = r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
_CODE = rf"(?:[A-Z]{{1,3}}-)?[0-9]{{4,6}}(?:-[0-9]{{3,4}})?|{_BRITISH}|{_CANADIAN}"
_CODE_BEHIND = rf"^(?P<city>.*\p{{L}}[^\p{{L}}0-9]*?)[\s,]+(?P<code>{_CODE})$"
_CODE_BEFORE = r"^(?P<code>(?:[A-Z]{1,3}-)?[0-9]{4,6})[\s,]+(?P<city>\p{L}.*)$"
_REGION_BEHIND = r"^(?P<city>.*\p{L}[^\p{L},]*)\s*(?:,|\s[-–]\s|/)\s*(?P<region>\p{L}[^,/]+)$"
_STATE_BEHIND = r"^(?P<city>.*\p{L}\.?) (?P<region>[A-Z]{2,3})$"
# The capital is written with its district, which is no state.
_CAPITAL = r"(?i)^\s*washington[\s,]+d\.?\s?c\.?\s*$"


def parted(values: pd.Series) -> pd.DataFrame:
    """Columns city, region and code of texts that hold a region or a postal code beside the town; blank for others.

    `region` is a name, or a code of a country that writes regions as codes, behind a comma, slash or hyphen. A code of
    a region behind a mere blank ("Austin TX") stands in `bare` instead: "Castro SP" may be a name.
    """
    return over_distinct(values, _parted)


def _parted(distinct: pd.Series) -> pd.DataFrame:
    text = squeeze(distinct.mask(matches(distinct, _CAPITAL)))
    behind, before = (pc.extract_regex(arrow(text), pattern) for pattern in (_CODE_BEHIND, _CODE_BEFORE))
    code = _field(behind, "code").fillna(_field(before, "code"))
    town = _field(behind, "city").fillna(_field(before, "city")).fillna(text)
    split = pc.extract_regex(arrow(town), _REGION_BEHIND)
    state = _field(split, "region").str.strip().str.replace(".", "", regex=False)
    known = (region.countries(state).notna() | region.coded(state).notna()).fillna(False)
    loose = pc.extract_regex(arrow(town), _STATE_BEHIND)
    bare = _field(loose, "region").where(region.coded(_field(loose, "region")).notna() & ~known)
    city = _field(split, "city").where(known).fillna(_field(loose, "city").where(bare.notna())).fillna(town)
    state = state.where(known)
    found = code.notna() | state.notna() | bare.notna()
    city = substitute(squeeze(city), r"[\s,/–-]+$", "")
    return pd.DataFrame({"city": city.where(found), "region": state, "bare": bare, "code": code}).astype(TEXT)


def _field(found: object, name: str) -> pd.Series:
    return text_series(pc.struct_field(found, name))
