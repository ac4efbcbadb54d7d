"""The root-cause map: which person, form, import or integration brings in which kind of error."""

import pandas as pd

from reports import charts
from reports.sections.blocks import Cell, Column, Figure, Table
from reports.sections.view import View

HANDLERS_SHOWN, RULES_SHOWN = 12, 7


def root_cause_map(view: View) -> Figure | None:
    """Handlers that stand out over the checks for which any does; None where nobody does."""
    words, found = view.words, view.result.causes
    single = found[found["rule_id"].ne("").to_numpy()] if len(found) else found
    named = single[single["named"].to_numpy(dtype=bool)] if len(single) else single
    if named.empty:
        return None
    named = named.sort_values(["p_value", "rate"], ascending=[True, False], kind="stable")
    keys = ["entity", "handler_kind", "source", "handler"]
    handlers = named.drop_duplicates(keys)[keys].head(HANDLERS_SHOWN)
    rules = list(dict.fromkeys(named.merge(handlers, on=keys)["rule_id"]))[:RULES_SHOWN]
    names: dict[tuple[str, ...], str] = {}
    for key in handlers.itertuples(index=False):
        who = view.value(key.entity, key.handler_kind, key.handler, 40)
        shown = words("people.cause", who=who, kind=words(f"actor.{key.handler_kind}"))
        names[tuple(key)] = shown if shown not in names.values() else f"{shown} ({len(names) + 1})"
    here = single[single["rule_id"].isin(rules).to_numpy()].merge(handlers, on=keys)
    by_cell = {(*(getattr(row, key) for key in keys), row.rule_id): row for row in here.itertuples(index=False)}
    titles = {rule: view.rule_title(rule) for rule in rules}
    cells, rows = [], []
    for key, name in names.items():
        line = [Cell(name)]
        for rule, title in titles.items():
            row = by_cell.get((*key, rule))
            share = float(row.rate) if row else 0.0
            text = words.percent(share, 0) if row else "·"
            cells.append((name, title, share, text))
            line.append(Cell(text if row else "–", sort=share, mark=bool(row and row.named)))
        rows.append(tuple(line))
    frame = pd.DataFrame(cells, columns=["row", "column", "share", "label"])
    first = named.iloc[0]
    sentence = words(
        "people.map_sentence",
        n=len(names),
        who=names[tuple(first[key] for key in keys)],
        rule=titles[first["rule_id"]],
        rate=words.percent(first["rate"], 0),
        rest=words.percent(first["rest_rate"], 0),
    )
    title = words("people.map_title")
    columns = (Column(words("people.who"), wide=True), *(Column(text, number=True) for text in titles.values()))
    table = Table(words("numbers_of", title=title), columns, tuple(rows), note=words("people.map_note"))
    return view.figure(
        title, sentence, charts.heat_map(frame, list(titles.values()), list(names.values()), title, sentence), table
    )
