"""What tells that a text in the place of a person's name is the name of a company or an office."""

import numpy as np
import pandas as pd

from audit.values.text import matches

# Forms that are no names of people: Co, Sa, As, Ag, Se, Ab and Kk are left out.
_FORMS = (
    r"gmbh|llc|l\.l\.c\.|inc\.?|incorporated|corp\.?|corporation|ltd\.?|limited|ltda\.?|plc|llp|pty|pte|pvt|sarl|s\.a\.r\.l\.|"
    r"s\.p\.a\.|s\.r\.l\.|s\.a\. de c\.v\.|sa de cv|b\.v\.|n\.v\.|sdn\.? bhd\.?|bhd|tbk|k\.k\.|oyj|oy ab|"
    r"e\.v\.|sp\. z o\.o\.|d\.o\.o\.|"
    r"co\.,? ltd\.?|& co\.?( kg)?|und co\.?|gbr|kgaa"
)
_ENDS_WITH_FORM = rf"[\p{{L}}\p{{N}}][^\p{{L}}]*[\s,]+(?i:{_FORMS})[.,;)\s]*$"
_BEGINS_WITH_FORM = r"^\s*(?:PT|CV|UD)\.?\s+\p{L}{3}|^\s*(?i:yayasan|koperasi|perum)\s+\p{L}"
_WORDS = (
    r"solutions|technologies|systems|services|consulting|consultants|consultancy|holdings|industries|international|"
    r"enterprises?|associates|universit(?:y|as|ät|é)|universidad|hospital|clinic|restaurant|foundation|institute|ministry|"
    r"trading|pharmaceuticals?|insurance|logistics|manufacturing|construction|engineering|software|"
    r"company|society|committee|association|federation|department|division|laborator(?:y|ies)|dealership|"
    r"supermarket|apotheke|praxis|verlag|stiftung|verein|hotels?|resorts?|ventures|partners|motors|"
    r"electronics|communications|properties|realty|telecom|airlines|publishing|productions|"
    r"customer service|support team|sales team|marketing team|accounts payable|front desk|help ?desk|human resources"
)
_HAS_WORD = rf"(?i)(?:^|[^\p{{L}}'-])(?:{_WORDS})(?:$|[^\p{{L}}'-])"


def has_legal_form(values: pd.Series) -> np.ndarray:
    """Where a name ends with, or begins with, a legal form that is no name of a person."""
    return matches(values, f"{_ENDS_WITH_FORM}|{_BEGINS_WITH_FORM}")


def has_business_word(values: pd.Series) -> np.ndarray:
    """Where a name of at least two words has one that companies and offices have in theirs, and people do not."""
    return matches(values, _HAS_WORD) & matches(values, r"\p{L}\S*[\s,&]+\S*\p{L}")
