"""Stages of deals and of people, of many systems and languages, read as one short list each."""

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.schema import TEXT
from audit.values.text import arrow, fold, over_distinct, text_series

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

_QUALIFIED = r"(?:quali|cali|cuali)fi\w*|memenuhi syarat|berkualitas|terkualifikasi"
_CLIENT = r"(?:customers?|clients?|clientes?|kund(?:e|in|en)|pelanggan)"
# Of folded text; the first that fits decides, so what denies a stage stands before what names it.
_LIFECYCLE: tuple[tuple[str | None, str], ...] = (
    (
        None,
        r"\b(?:junk|spam|former|ex|past|previous|lost|churned|inactive|ehemalige[rs]?|verlorene[rs]?|antigu[oa]|anciens?"
        rf"|anciennes?|mantan|not an?|no|non|kein|bukan|ne pas|nao) {_CLIENT}\b|\b{_CLIENT} (?:perdu|perdid[oa]|inactif"
        r"|inactiv[oa]|inativ[oa]|lost|churned)|\b(?:junk|spam)\b",
    ),
    (
        "lead",
        r"\b(?:not|non|nicht|no|nao|tidak|belum|pre)\b.*(?:qualif|calific|cualific|kualif|memenuhi|conver|konver)"
        r"|^(?:un|dis|pre)qualif|^d[ei]squalif|^descalific|^descartad"
        rf"|\b(?:potential|prospective|potenzielle[rs]?|potentielle[rs]?|calon) {_CLIENT}\b"
        rf"|\b{_CLIENT} (?:potencial(?:es)?|potenciais|potentiels?|potensial)$",
    ),
    ("mql", rf"\bmqls?\b|marketing ?qualif|(?:{_QUALIFIED}) .*(?:marketing|mercadeo|pemasaran)"),
    (
        "sql",
        r"\b(?:sqls?|sal)\b|sales ?(?:qualif|accepted)|vertriebs?qualif"
        rf"|(?:{_QUALIFIED}) .*(?:sales|ventas?|ventes?|vertrieb|vendas?|comerci|commerci|penjualan)"
        r"|^(?:leads? |prospek )?(?:qualified|qualifiziert|qualificad[oa]|calificad[oa]|cualificad[oa]|qualifiee?"
        r"|terkualifikasi|berkualitas)(?: leads?)?$",
    ),
    (
        "opportunity",
        r"\bopp?ortuni|\bverkaufschance|\bpeluang\b|^open deal$|\bnegotiat|\bproposal\b|\bclosed ?lost\b"
        r"|^(?:closed )?(?:converted|konvertiert|convertid[oa]|convertie?|dikonversi)\b",
    ),
    (
        "customer",
        rf"\b{_CLIENT}\b|\b(?:bestands|neu|stamm)kund(?:e|in|en)\b|\bevangeli|\bexistingcustomer\b|\bcustomerwon\b",
    ),
    (
        "subscriber",
        r"^(?:newsletter |blog )?(?:subscribe(?:r|rs|d)|abonnent(?:in|en)?|su[bs]?scriptor(?:a|es)?|suscrit[oa]"
        r"|abonnee?s?|assinantes?|inscrit[oa]?|berlangganan)\b",
    ),
    (
        "lead",
        r"\b(?:leads?|prospe[ck]ts?|prospectos?|prospek|interessent(?:in|en)?|interesad[oa]|interessad[oa])\b"
        r"|^(?:new|open|working|not contacted|contacted|attempt(?:ed|ing)\b.*|in progress|connected|bad timing"
        r"|nurtur\w+|recycled|contact in (?:the )?future|cannot contact|no longer interested)$"
        r"|^(?:open|working) (?:not )?contacted$"
        r"|^(?:neu|offen|kontaktiert|in bearbeitung|nuev[oa]|abiert[oa]|contactad[oa]|en curso|nouveau|nouvelle"
        r"|ouverte?|contactee?|en cours|nov[oa]|abert[oa]|contatad[oa]|em andamento|baru|terbuka"
        r"|(?:sudah |belum )?dihubungi|sedang diproses|(?:nicht|noch nicht) kontaktiert"
        r"|(?:no|nao) contac?tad[oa]|non contactee?)$",
    ),
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


def lifecycle(stage: pd.Series) -> pd.Series:
    """subscriber, lead, mql, sql, opportunity or customer for each stage; blank where the text says none of them."""
    return over_distinct(stage, _lifecycle)


def _lifecycle(distinct: pd.Series) -> pd.Series:
    folded = fold(distinct)
    result = text_series([None] * len(distinct), distinct.index)
    undecided = distinct.notna()
    for stage, pattern in _LIFECYCLE:
        hit = undecided & folded.str.contains(pattern, regex=True).fillna(False).astype(bool)
        result = result.mask(hit, stage if stage is not None else pd.NA)
        undecided &= ~hit
    return result.mask(undecided & _outcome(distinct).eq("won"), "customer")


def contact_lifecycle(fields: dict[str, pd.Series], index: pd.Index) -> pd.Series | None:
    """How far a person has come, from the lifecycle stage, or the lead status where that is blank."""
    told = [fields[name] for name in ("lifecycle", "lifecycle_stage", "lead_status") if name in fields]
    if not told:
        return None
    stages = text_series(["subscriber", "lead", "mql", "sql", "opportunity", "customer"])
    # By number, and text only at the end: a column of a million texts for every step is more than the file itself.
    place, undecided = np.full(len(index), -1, dtype=np.int8), np.ones(len(index), dtype=bool)
    for values in told:
        words = arrow(values).dictionary_encode()
        known = pd.Index(stages).get_indexer(_lifecycle(text_series(words.dictionary))).astype(np.int8)
        named = pa.array(known).take(words.indices).fill_null(-1).to_numpy()
        place[undecided] = named[undecided]
        undecided &= words.indices.is_null().to_numpy(zero_copy_only=False)
    return pd.Series(stages.array.take(place, allow_fill=True), index=index)
