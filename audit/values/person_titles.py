"""Titles before and degrees behind a given or family name that nobody bears as a name."""

import numpy as np
import pandas as pd

from audit.values.text import matches, squeeze, substitute

# Prince, Dean, Judge, Major, Don, Sri, Hon, Tuan and Pak are names of people; Md. is short for a given name.
_WORDS = (
    r"mr|mrs|ms|miss|dr|prof|professor|bapak|bpk|ibu|herr|frau|drs|mme|mlle|monsieur|madame|madam|señor|señora|señorita|"
    r"senhor|senhora|signor|signora|mevrouw|meneer|nyonya|dipl\.? ?-?ing|encik|datuk"
)
_DOTTED = r"sr|sra|srta|ir|ing|rev|hon|dott|dra|capt|sgt|lt|col|gen|eng|atty"
_TITLE = rf"(?i:(?:{_WORDS})(?:\.\s*|\s+)|(?:{_DOTTED})\.\s*)"
_LEADING = rf"^{_TITLE}(?:(?:(?i:and|und|et|y)\s+|[&+/]\s*)?{_TITLE})*"
_DEGREES = (
    r"Ph\.? ?D|M\.? ?B\.? ?A|LL\.? ?[MBD]|M\.? ?Sc|B\.? ?Sc|Dr\.? med|Esq|C\.? ?P\.? ?A|D\.? ?D\.? ?S|D\.? ?V\.? ?M|"
    r"PMP|CFA|CISSP|S\.? ?Kom|S\.? ?Sos|S\.? ?Si|S\.? ?Pd|M\.? ?Kom|M\.? ?Si"
)
_TRAILING = rf"(?:(?:\s*,\s*|\s+)(?:{_DEGREES})\.?)+$"
# Of two letters only behind a comma: "Do" and "Ma" are names, and "Jane S.T." has two more given names.
_TRAILING_SHORT = r"\s*,\s*(?:M\.?D|R\.?N|S\.?E|S\.?H|S\.?T|M\.?M|M\.?T|J\.?D|P\.?E|D\.?O)\.?$"
_ONLY = r"^(?i:mr|mrs|ms|dr|prof|professor|dipl\.?-ing)\.?$"


def is_titled(values: pd.Series) -> np.ndarray:
    """Where a name has a title before it or a degree behind it, or is a title alone."""
    names = squeeze(values)
    return matches(names, rf"{_ONLY}|{_LEADING}\p{{L}}") | matches(
        names, rf"\p{{L}}\S*(?:{_TRAILING}|{_TRAILING_SHORT})"
    )


def without_titles(values: pd.Series) -> pd.Series:
    """The names without titles and degrees; NA for a title alone."""
    names = squeeze(values)
    bare = substitute(names, _LEADING, "")
    bare = substitute(substitute(bare, _TRAILING_SHORT, ""), _TRAILING, "")
    return squeeze(substitute(bare, _ONLY, ""))
