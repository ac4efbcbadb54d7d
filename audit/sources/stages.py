"""Deal stages and statuses of many systems and languages, read as open, won or lost."""

import pandas as pd

from audit.schema import TEXT
from audit.values.text import over_distinct

_WON = (
    r"(?i)\bwon\b|closed-?\s*won|closedwon|cierre ganado|ferm[ée]e? gagn[ée]e?|fechad[oa] ganh[oa]|berhasil"
    r"|abgeschlossen(?:e[sr]?)? und gewonnen"
    r"|^(?:gewonnen|ganad[oa]|gagn[ée]e?|ganh[oa]|menang|deal won|signed|sold|success(?:ful)?)\b"
)
_LOST = (
    r"(?i)\blost\b|closedlost|out-?sold|cierre perdido|ferm[ée]e? perdue?|fechad[oa] perdid[oa]"
    r"|abgeschlossen(?:e[sr]?)? und verloren"
    r"|^(?:verloren|perdid[oa]|perdue?|kalah|cancell?ed|dead|abandoned|disqualified|rejected|gagal)\b"
)


def outcome(stage: pd.Series) -> pd.Series:
    """open, won or lost (or deleted) for each stage; blank where there is no stage."""
    return over_distinct(stage, _outcome)


def _outcome(distinct: pd.Series) -> pd.Series:
    result = pd.Series("open", index=distinct.index, dtype=TEXT)
    result[distinct.str.contains(_WON, regex=True).fillna(False).to_numpy(dtype=bool)] = "won"
    result[distinct.str.contains(_LOST, regex=True).fillna(False).to_numpy(dtype=bool)] = "lost"
    result[distinct.str.contains(r"(?i)^deleted$", regex=True).fillna(False).to_numpy(dtype=bool)] = "deleted"
    return result


def deal_status(fields: dict[str, pd.Series], index: pd.Index) -> pd.Series | None:
    """The status of deals from what their source says: status, flags of closing, stage, days of winning or losing."""
    from audit.values import boolean

    status = pd.Series(pd.NA, index=index, dtype=TEXT)
    known = False
    if "status" in fields:
        coded = fields["status"].map({"0": "open", "1": "won", "2": "lost"}).astype(TEXT)
        filled = fields["status"].notna()
        status = coded if bool(filled.any()) and bool(coded[filled].notna().all()) else outcome(fields["status"])
        known = True
    if "is_won" in fields:
        won = boolean.parse(fields["is_won"])
        closed = (
            boolean.parse(fields["is_closed"])
            if "is_closed" in fields
            else pd.Series(pd.NA, index=index, dtype="boolean")
        )
        flags = pd.Series(pd.NA, index=index, dtype=TEXT)
        flags[won.fillna(False).to_numpy(dtype=bool)] = "won"
        flags[(closed.fillna(False) & ~won.fillna(False)).to_numpy(dtype=bool)] = "lost"
        status = status.fillna(flags)
        known = True
    if "stage" in fields:
        status = status.fillna(outcome(fields["stage"]))
        known = True
    for day, word in (("won_at", "won"), ("lost_at", "lost")):
        if day in fields and "stage" not in fields:
            status = status.mask(status.isna() & fields[day].notna(), word)
            known = True
    return status if known else None
