"""Who handles the data: who has access, and which person, form, import or source brings in which errors."""

import numpy as np
import pandas as pd

from audit.dataset import Table as Records
from audit.rule import Severity
from reports import charts
from reports.sections.blocks import Block, Cell, Column, Heading, Paragraph, Section, Table, Tiles
from reports.sections.view import View

ACTORS = (
    ("contact", "created_by"),
    ("contact", "owner"),
    ("contact", "import_batch"),
    ("contact", "lead_source"),
    ("deal", "owner"),
    ("deal", "created_by"),
    ("form_submission", "form"),
    ("field_change", "changed_by"),
)
"""Columns that name who or what brought a record in or looks after it."""
SHOWN = 12
LEAST = 10
"""Records below which a rate says too little to rank anybody by."""
Z = 1.959963984540054


def wilson(hits: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share (Wilson 1927), safe for small numbers and for shares near 0 or 1."""
    share = hits / n
    middle = share + Z**2 / (2 * n)
    spread = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    return np.clip((middle - spread) / scale, 0, 1), np.clip((middle + spread) / scale, 0, 1)


def build(view: View) -> Section:
    words = view.words
    blocks: list[Block] = [*_access(view)]
    flawed = view.counted[
        view.counted["severity"].ne(str(Severity.LOW)).to_numpy() & ~view.counted["systemic"].to_numpy(dtype=bool)
    ]
    blocks.append(Heading(words("people.causes")))
    blocks.append(Paragraph(words("people.causes_note")))
    heat = _heat(view)
    if heat:
        blocks.append(heat)
    for entity, column in ACTORS:
        if view.result.dataset.has(f"{entity}.{column}"):
            blocks.extend(_rates(view, view.result.dataset[entity], column, flawed))
    return Section("people", words("people.title"), words("people.lead"), tuple(blocks))


def _access(view: View) -> list[Block]:
    words, users = view.words, view.result.dataset.get("user")
    if not len(users):
        return [Paragraph(words("people.no_users"), tone="muted")]
    active = users.column("active").fillna(True).to_numpy(dtype=bool)
    admins = users.column("role").astype(object).fillna("").astype(str).str.contains("admin", case=False).to_numpy()
    found = view.counted[view.counted["entity"].eq("user").to_numpy()]
    tiles = [
        (words.number(int(active.sum())), words("people.active"), words("people.of_users", n=len(users))),
        (
            words.number(int((admins & active).sum())),
            words("people.admins"),
            words.percent(float(admins[active].mean()), 0) if active.any() else "",
        ),
    ]
    for rule_id, part in found.groupby("rule_id", sort=True):
        tiles.append((words.number(len(part)), view.rule_title(str(rule_id)), words("people.see_findings")))
    return [Heading(words("people.access")), Tiles(tuple(tiles[:6]))]


def _heat(view: View) -> Block | None:
    """Share of each source's records that carry a finding of each family."""
    words, dataset = view.words, view.result.dataset
    found = view.counted.drop_duplicates(["entity", "record", "family"])
    if found.empty:
        return None
    counts = found.groupby(["source", "family"], sort=True).size()
    totals = pd.concat([dataset[name].lineage["source"].astype(object) for name in dataset]).value_counts(sort=False)
    sources = list(dict.fromkeys(info.source for info in dataset.sources if info.source in totals.index)) or list(
        totals.index
    )
    families = [name for name in words.table["family"] if name in set(found["family"])]
    share = counts.unstack(fill_value=0).reindex(index=sources, columns=families, fill_value=0)
    share = share.div(totals.reindex(sources), axis=0)
    names = {source: view.text(source, 40) for source in sources}
    titles = {family: words(f"family.{family}") for family in families}
    flat = pd.DataFrame(
        [
            (names[source], titles[family], float(value), words.percent(float(value), 0) if value > 0 else "·")
            for source, row in share.iterrows()
            for family, value in row.items()
        ],
        columns=["row", "column", "share", "label"],
    )
    worst = flat.loc[flat["share"].idxmax()]
    sentence = words("people.heat_sentence", source=worst["row"], family=worst["column"], share=worst["label"])
    title = words("people.heat_title")
    table = Table(
        words("numbers_of", title=title),
        (Column(words("col.source")), *(Column(titles[family], number=True) for family in families)),
        tuple(
            (Cell(names[source]), *(view.percent_cell(float(share.loc[source, family])) for family in families))
            for source in sources
        ),
    )
    svg = charts.heat_map(flat, list(titles.values()), list(names.values()), title, sentence)
    return view.figure(title, sentence, svg, table)


def rates_of(records: Records, column: str, flawed: pd.DataFrame) -> pd.DataFrame:
    """Per value of `column`: n, hits, rate, low, high and the rule that hits most; those with most hits first."""
    here = flawed[flawed["entity"].eq(records.entity).to_numpy()]
    actor = records.column(column).astype(object)
    hit = pd.Series(records.index.isin(here["record"].unique()), index=records.index)
    frame = pd.DataFrame({"name": actor, "hit": hit}).dropna(subset=["name"])
    table = frame.groupby("name", sort=True)["hit"].agg(n="size", hits="sum").reset_index()
    table = table[table["n"] >= LEAST]
    if table.empty:
        return table
    low, high = wilson(table["hits"].to_numpy(dtype=float), table["n"].to_numpy(dtype=float))
    table = table.assign(rate=table["hits"] / table["n"], low=low, high=high)
    by_rule = here.assign(name=here["record"].map(actor)).drop_duplicates(["record", "rule_id"])
    top = by_rule.groupby(["name", "rule_id"], sort=True).size().rename("times").reset_index()
    top = top.sort_values("times", ascending=False, kind="stable").drop_duplicates("name").set_index("name")["rule_id"]
    table["top"] = table["name"].map(top)
    return table.sort_values(["rate", "hits", "name"], ascending=[False, False, True], kind="stable")


def _rates(view: View, records: Records, column: str, flawed: pd.DataFrame) -> list[Block]:
    words = view.words
    table = rates_of(records, column, flawed)
    if len(table) < 2 or not table["hits"].sum():
        return []
    mean = float(table["hits"].sum() / table["n"].sum())
    shown = table.head(SHOWN)
    names = _names(view, records.entity, column, list(shown["name"]))
    title = words("people.rates_title", entity=view.entity_title(records.entity), actor=words(f"actor.{column}"))
    worst = shown.iloc[0]
    key = "people.rates_above" if worst["low"] > mean else "people.rates_level"
    sentence = words(
        key,
        name=names[0],
        rate=words.percent(worst["rate"]),
        low=words.percent(worst["low"]),
        high=words.percent(worst["high"]),
        mean=words.percent(mean),
    )
    rows = tuple(
        (
            Cell(name),
            view.number_cell(int(row.n)),
            view.number_cell(int(row.hits)),
            view.percent_cell(float(row.rate), bar=True),
            Cell(words("between", low=words.percent(row.low), high=words.percent(row.high)), sort=float(row.low)),
            Cell(view.rule_title(row.top) if isinstance(row.top, str) else ""),
        )
        for name, row in zip(names, shown.itertuples(), strict=True)
    )
    columns = (
        Column(words(f"actor.{column}").capitalize()),
        Column(words("col.records"), number=True),
        Column(words("col.with_errors"), number=True),
        Column(words("col.rate"), number=True),
        Column(words("col.interval"), number=True),
        Column(words("col.top_problem")),
    )
    note = words("people.rates_more", shown=len(shown), n=len(table)) if len(shown) < len(table) else ""
    numbers = Table(title, columns, rows, note=note, tools=len(rows) > 6)
    frame = shown.assign(name=names)
    svg = charts.rate_intervals(frame, title, sentence, words("people.axis"), mean)
    return [view.figure(title, sentence, svg, numbers)]


def _names(view: View, entity: str, column: str, values: list[str]) -> list[str]:
    """Values as shown; two that look alike once masked get a number."""
    shown = [view.value(entity, column, value, 40) for value in values]
    seen: dict[str, int] = {}
    out = []
    for name in shown:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
