"""Who handles the data: who has access, and which person, form, import or source brings in which errors."""

import pandas as pd

from reports import charts
from reports.masking import NAMING_FIELDS
from reports.sections.blocks import Block, Cell, Column, Details, Heading, Paragraph, Section, Table, Tiles
from reports.sections.root_causes import root_cause_map
from reports.sections.view import View

SHOWN = 8


def build(view: View) -> Section:
    words = view.words
    blocks: list[Block] = [*_access(view)]
    blocks.append(Heading(words("people.causes")))
    blocks.append(Paragraph(words("people.causes_note")))
    blocks += [figure for figure in (root_cause_map(view), _heat(view)) if figure]
    found = view.result.causes
    for (entity, kind), table in found.groupby(["entity", "handler_kind"], sort=False):
        blocks.extend(_rates(view, str(entity), str(kind), table))
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
    found = view.counted[view.counted["record"].to_numpy() >= 0].drop_duplicates(["entity", "record", "family"])
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


def _rates(view: View, entity: str, kind: str, table: pd.DataFrame) -> list[Block]:
    """One kind of handler: who stands out, and the highest rates as chart and numbers."""
    words = view.words
    whole = table[table["rule_id"].eq("").to_numpy()]
    if len(whole) < 2 or not whole["errors"].sum():
        return []
    mean = float(whole["errors"].sum() / whole["records"].sum())
    shown = whole.head(SHOWN)
    names = _names(view, entity, kind, list(shown["handler"]))
    title = words("people.rates_title", entity=view.entity_title(entity), actor=words(f"actor.{kind}"))
    sentence = _verdict(view, entity, kind, table)
    per_rule = table[table["rule_id"].ne("").to_numpy()].drop_duplicates(["source", "handler"])
    top = per_rule.set_index(["source", "handler"])["rule_id"]
    rows = tuple(
        (
            Cell(name),
            view.number_cell(int(row.records)),
            view.number_cell(int(row.errors)),
            view.percent_cell(float(row.rate), bar=True),
            Cell(words("between", low=words.percent(row.low), high=words.percent(row.high)), sort=float(row.low)),
            Cell(words("people.named") if row.named else ""),
            Cell(view.rule_title(str(top[row.source, row.handler])) if row.errors else ""),
        )
        for name, row in zip(names, shown.itertuples(), strict=True)
    )
    columns = (
        Column(words(f"actor.{kind}").capitalize()),
        Column(words("col.records"), number=True),
        Column(words("col.with_errors"), number=True),
        Column(words("col.rate"), number=True),
        Column(words("col.interval"), number=True),
        Column(words("people.stands_out")),
        Column(words("col.top_problem")),
    )
    note = words("people.rates_more", shown=len(shown), n=len(whole)) if len(shown) < len(whole) else ""
    numbers = Table(title, columns, rows, note=note, tools=len(rows) > 6)
    frame = shown.assign(name=names)
    svg = charts.rate_intervals(frame, title, sentence, words("people.axis"), mean)
    drawn = view.figure(title, sentence, svg, numbers)
    # Who looks for causes is not held up by those that are none.
    return [Details(title, (drawn,), sentence)] if sentence == words("people.rates_level") else [drawn]


def _verdict(view: View, entity: str, kind: str, table: pd.DataFrame) -> str:
    """Whether the numbers carry a cause: a handler over all rules, else one for a single rule, else nobody."""
    words = view.words
    for named, key in ((table["rule_id"].eq(""), "people.rates_above"), (table["rule_id"].ne(""), "people.rates_rule")):
        stands_out = table[(named & table["named"]).to_numpy()]
        if stands_out.empty:
            continue
        first = stands_out.sort_values(["p_value", "rate"], ascending=[True, False], kind="stable").iloc[0]
        rules = table[(table["handler"].eq(first["handler"]) & table["source"].eq(first["source"])).to_numpy()]
        rule = first["rule_id"] or rules.iloc[1]["rule_id"]
        others = stands_out["handler"].nunique() - 1
        sentence = words(
            key,
            name=_names(view, entity, kind, [first["handler"]])[0],
            rate=words.percent(first["rate"]),
            low=words.percent(first["low"]),
            high=words.percent(first["high"]),
            rest=words.percent(first["rest_rate"]),
            rule=view.rule_title(str(rule)),
        )
        return f"{sentence} {words('people.rates_others', n=others)}" if others else sentence
    return words("people.rates_level")


def _names(view: View, entity: str, column: str, values: list[str]) -> list[str]:
    """Values as shown; two that look alike once masked get a number."""
    named = column in NAMING_FIELDS
    shown = [view.person(value) if named else view.value(entity, column, value, 40) for value in values]
    seen: dict[str, int] = {}
    out = []
    for name in shown:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
