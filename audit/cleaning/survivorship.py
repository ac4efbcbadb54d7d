"""Merging: which record of a group survives, and where each of its values comes from.

The rules are those of `audit.cleaning.policy`. A field takes the master's value, else the newest filled one of the
others, unless another choice is named for it. Every value is taken as it stands, text and type together, from one
record, but for lists that are united and numbers that are added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from audit.cleaning.changes import Lines, changes, own_ids
from audit.cleaning.policy import Policy
from audit.cleaning.ranking import Ranked
from audit.dataset import DERIVED_TYPES, Table
from audit.schema import MULTI_SEPARATOR, TEXT, Field, entities
from audit.sources.stages import lifecycle
from audit.values.text import text_series

STAGES = ("subscriber", "lead", "mql", "sql", "opportunity", "customer")
RECORD_TYPES = ("subscriber", "customer", "lead", "contact")
"""What a merged person counts as, best known last: whom sales knows stays so, whoever else bills or mails them."""
GATHERED: Mapping[str, tuple[str, ...]] = {
    "other_emails": ("other_emails", "email"),
    "other_phones": ("other_phones", "phone", "mobile"),
    "other_names": ("other_names", "name"),
}
"""Lists and the fields whose values they gather; what the survivor holds in a field of its own is left out."""
_REFUSED = r"(?i)clean|bounce|unsubscrib|opt(?:ed)?.?out|do not|complain"
_UNASKED = r"(?i)non.?subscrib|non.?marketing|pending|transactional|archived"


@dataclass(frozen=True)
class Groups:
    """Which records of a table are merged, and what is known of them; all align with the table's rows.

    `label` names the group of a record (blank: stays alone), `rule_id` and `confidence` are those of the finding behind
    its merge, `links` counts the records that point to it. `paying` records show sales of their own, `customer` ones
    have bought by any evidence; None where nothing could show it.
    """

    label: pd.Series
    rule_id: pd.Series
    links: np.ndarray
    paying: np.ndarray
    customer: np.ndarray | None = None
    confidence: pd.Series | None = None


def merge(table: Table, groups: Groups, policy: Policy) -> tuple[Table, list[Lines], pd.Series]:
    """The table with each group merged into one record.

    Returns the table, the lines of the change log, and for every record of the input the record it became.
    """
    into = pd.Series(table.index, index=table.index)
    member = groups.label.notna().to_numpy()
    if not member.any():
        return table, [], into
    part = table.take(member)
    label = groups.label[member].astype(object).to_numpy()
    ranked = Ranked(part, groups.label[member], policy, groups.links[member], groups.paying[member])
    masters = ranked.starts
    customer = None
    if groups.customer is not None:
        # What one record of a person shows is true of the person.
        customer = np.logical_or.reduceat(groups.customer[member][ranked.rows], masters)[ranked.group]
    survivors = ranked.order[masters]
    into.loc[ranked.order] = survivors[ranked.group]
    cluster = label[ranked.rows][masters]
    rule_of = groups.rule_id[member].fillna("").to_numpy(dtype=object)[ranked.rows]
    sure = np.ones(len(ranked)) if groups.confidence is None else groups.confidence[member].to_numpy()[ranked.rows]
    lost = np.flatnonzero(ranked.order != survivors[ranked.group])
    ids = own_ids(part)
    log = [
        changes(
            table,
            ranked.order[lost],
            field="",
            before=ids.loc[ranked.order[lost]].array,
            after=ids.loc[survivors[ranked.group[lost]]].array,
            rule_id=rule_of[lost],
            confidence=sure[lost],
            kind="merge",
            cluster=cluster[ranked.group[lost]],
            origin=survivors[ranked.group[lost]],
        )
    ]
    # A group is told by the rule behind the first of its merges.
    rule_of_group = np.full(len(masters), "", dtype=object)
    rule_of_group[ranked.group[lost[::-1]]] = rule_of[lost[::-1]]
    sure_of_group = np.minimum.reduceat(sure, masters)
    fields = entities()[table.entity].fields
    frame, text = table.frame.copy(), table.text.copy()
    final: dict[str, pd.api.extensions.ExtensionArray] = {}
    # Lists come last: they leave out what the survivor holds in a field of its own.
    names = [*frame.columns, *_lists_to_come(table, policy)]
    for name in sorted(names, key=lambda name: name in GATHERED):
        spec = fields.get(name)
        if spec is None:
            if name in DERIVED_TYPES:
                _fill(frame, part, name, ranked, survivors)
            continue
        origin, values, texts = _survivor(part, spec, ranked, policy, customer, final)
        final[name] = texts
        own = part.original(name).array.take(ranked.rows[masters])
        # A cell that another one decided has no text of its own; then its value tells.
        shown = pd.Series(own)
        if spec.is_text and name in part:
            shown = shown.fillna(pd.Series(part.frame[name].array.take(ranked.rows[masters])))
        changed = np.asarray(origin != masters) & ~_same(shown.array, texts)
        if not changed.any():
            continue
        where = survivors[changed]
        if name not in frame:
            frame[name] = table.column(name)
        frame.loc[where, name] = values[changed]
        if name in text.columns:
            text.loc[where, name] = texts[changed]
        source = np.where(origin >= 0, ranked.order[origin], -1)
        log.append(
            changes(
                table,
                where,
                field=name,
                before=own[changed],
                after=texts[changed],
                rule_id=rule_of_group[changed],
                confidence=sure_of_group[changed],
                kind="survivorship",
                cluster=cluster[changed],
                origin=source[changed],
            )
        )
    keep = ~table.index.isin(ranked.order[lost])
    return Table(table.entity, frame[keep], text[keep], table.lineage[keep]), log, into


def _lists_to_come(table: Table, policy: Policy) -> list[str]:
    """Lists that no source has and that the values of several records will fill."""
    fields = entities()[table.entity].fields
    return [
        name
        for name, (_, source, *_) in GATHERED.items()
        if name in fields and name not in table and source in table and policy.choice(name) == "union"
    ]


def _survivor(
    part: Table,
    spec: Field,
    ranked: Ranked,
    policy: Policy,
    customer: np.ndarray | None,
    final: Mapping[str, pd.api.extensions.ExtensionArray],
) -> tuple:
    """Per group the row whose value survives (-1: none, or made of several), the value and its text.

    `final` holds the texts of the fields that are settled already.
    """
    choice = policy.choice(spec.name)
    masters = ranked.starts
    if choice == "union":
        texts = _united(part, spec.name, ranked, final)
        return np.full(len(masters), -1), texts, texts
    values = part.frame[spec.name].array.take(ranked.rows)
    texts = part.original(spec.name).array.take(ranked.rows)
    if spec.is_text:
        texts = pd.Series(texts).fillna(pd.Series(values)).array
    filled = ~np.asarray(pd.isna(texts))
    if choice == "sum":
        return _added(values, texts, filled, ranked)
    origin = ranked.pick(_rank(values, texts, spec, choice, ranked, customer), filled)
    # Where all are blank the master's own cell stays: it may hold text that no type could read.
    origin = np.where(origin < 0, masters, origin)
    return origin, values.take(origin), texts.take(origin)


def _rank(
    values: pd.api.extensions.ExtensionArray,
    texts: pd.api.extensions.ExtensionArray,
    spec: Field,
    choice: str | tuple[str, ...],
    ranked: Ranked,
    customer: np.ndarray | None,
) -> np.ndarray:
    if choice in ("min", "max", "events"):
        number = pd.Series(values)
        number = number.astype("datetime64[us]").astype("int64") if number.dtype.kind == "M" else number
        key = number.to_numpy(dtype="float64", na_value=np.nan)
        key = np.where(np.asarray(pd.isna(values)), np.inf, key if choice == "min" else -key)
        return ranked.by(key)
    if choice == "most_restrictive":
        return ranked.by(permission(pd.Series(values), spec))
    if choice == "furthest":
        return ranked.by(-_progress(pd.Series(values), spec, customer))
    if choice == "longest":
        return ranked.by(-pd.Series(texts).str.len().fillna(0).to_numpy(dtype="int64"))
    if choice == "most_common":
        codes = pd.factorize(pd.Series(texts))[0]
        pair = ranked.group * (codes.max() + 2) + codes
        _, back, counts = np.unique(pair, return_inverse=True, return_counts=True)
        return ranked.by(-counts[back])
    return ranked.rank(choice)


def permission(values: pd.Series, spec: Field) -> np.ndarray:
    """How much a cell allows: a refusal is the lowest."""
    if spec.type == "boolean":
        return np.select([values.fillna(False).to_numpy(dtype=bool), values.notna().to_numpy()], [0, 1], 2)
    refused, unasked = (values.str.contains(pattern, regex=True).fillna(False) for pattern in (_REFUSED, _UNASKED))
    return np.select([unasked.to_numpy(dtype=bool), refused.to_numpy(dtype=bool)], [1, 0], 2)


def _progress(values: pd.Series, spec: Field, customer: np.ndarray | None) -> np.ndarray:
    """How far a cell says that somebody has come; a customer of whom nothing is known to be bought, not far."""
    if spec.name == "record_type":
        known = {name: place for place, name in enumerate(RECORD_TYPES)}
        return values.str.casefold().map(known).fillna(-1).to_numpy(dtype="float64")
    words = values if spec.name == "lifecycle" else lifecycle(values)
    far = words.str.casefold().map({name: place for place, name in enumerate(STAGES)}).fillna(-1).to_numpy("float64")
    far = far + values.str.contains(r"(?i)evangelist", regex=True).fillna(False).to_numpy(dtype=bool)
    if customer is not None:
        far[(far >= STAGES.index("customer")) & ~customer] = -0.5
    return far


def _united(
    part: Table, name: str, ranked: Ranked, final: Mapping[str, pd.api.extensions.ExtensionArray]
) -> pd.api.extensions.ExtensionArray:
    """All values of each group, each once, without those that the survivor holds in a field of its own.

    The survivor's own list stays in front, and as it stands where nothing comes to it.
    """
    gathered = GATHERED.get(name, (name,))
    parts = []
    for place, source in enumerate(gathered):
        if source in part:
            cells = part.frame[source].take(ranked.rows).reset_index(drop=True)
            split = cells.dropna().str.split(MULTI_SEPARATOR).explode().str.strip()
            row = split.index.to_numpy()
            own = np.isin(row, ranked.starts) & (place == 0)
            parts.append(
                pd.DataFrame({"group": ranked.group[row], "row": row, "place": place, "own": own, "value": split.array})
            )
    held = pd.concat(parts, ignore_index=True)
    held = held.iloc[np.lexsort((held["row"], held["place"], ~held["own"]))]
    held = held[held["value"].ne("").to_numpy(dtype=bool)].drop_duplicates(["group", "value"])
    for source in gathered[1:]:
        if source in final:
            mine = pd.Series(final[source]).iloc[held["group"].to_numpy()].str.strip()
            held = held[held["own"].to_numpy() | ~held["value"].eq(mine.array).fillna(False).to_numpy(dtype=bool)]
    grown = held.loc[~held["own"], "group"].unique()
    joined = joined_texts(held[held["group"].isin(grown)], "group", MULTI_SEPARATOR)
    list_before = part.original(name).take(ranked.rows[ranked.starts]).reset_index(drop=True)
    return joined.reindex(range(len(ranked.starts))).astype(TEXT).fillna(list_before).array


def joined_texts(frame: pd.DataFrame, key: str, separator: str) -> pd.Series:
    """The texts of the column `value` of each key in one, in the order of the rows; indexed by key."""
    order = np.argsort(frame[key].to_numpy(), kind="stable")
    keys = frame[key].to_numpy()[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, dtype="int64")
    values = pa.array(frame["value"].to_numpy(dtype=object)[order], pa.large_string())
    lists = pa.ListArray.from_arrays(pa.array(np.append(starts, len(keys)), pa.int32()), values)
    return text_series(pc.binary_join(lists, pa.scalar(separator, values.type)), pd.Index(keys[starts]))


def _added(values: np.ndarray, texts: pd.api.extensions.ExtensionArray, filled: np.ndarray, ranked: Ranked) -> tuple:
    """The sum of each group, where more than one record holds a number; else the one that does."""
    number = pd.Series(values).to_numpy(dtype="float64", na_value=np.nan)
    known = ~np.isnan(number)
    total = np.add.reduceat(np.where(known, number, 0.0), ranked.starts)
    several = np.add.reduceat(known.astype("int64"), ranked.starts) > 1
    single = ranked.pick(ranked.plain, known)
    single = np.where(single < 0, ranked.starts, single)
    origin = np.where(several, -1, single)
    told = pd.array(np.where(several, plain_numbers(total), np.asarray(texts.take(single), dtype=object)), dtype=TEXT)
    return origin, np.where(several, total, number[single]), told


def plain_numbers(values: np.ndarray) -> np.ndarray:
    """Numbers as text: whole ones without a point."""
    return np.array([f"{value:.10g}" if value % 1 == 0 else repr(float(value)) for value in values], dtype=object)


def _fill(frame: pd.DataFrame, part: Table, name: str, ranked: Ranked, survivors: np.ndarray) -> None:
    """Labels of the audit itself: the survivor's, else the first of the group."""
    values = part.frame[name].array.take(ranked.rows)
    blank = np.asarray(pd.isna(values))
    origin = ranked.pick(ranked.plain, ~blank)
    lacking = blank[ranked.starts] & (origin >= 0)
    if lacking.any():
        frame.loc[survivors[lacking], name] = values.take(origin[lacking])


def _same(left: pd.api.extensions.ExtensionArray, right: pd.api.extensions.ExtensionArray) -> np.ndarray:
    """Where two texts are equal, or both blank."""
    equal = pd.Series(left == right).fillna(False).to_numpy(dtype=bool)
    return equal | (np.asarray(pd.isna(left)) & np.asarray(pd.isna(right)))
