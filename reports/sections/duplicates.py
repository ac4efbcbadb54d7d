"""Duplicates: what was joined and why, what waits for a person, what was kept apart; records side by side."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.dataset import Table as Records
from audit.matching import MatchResult
from reports import charts
from reports.sections.blocks import Block, Bullets, Cell, Column, Details, Heading, Paragraph, Section, Table, Tiles
from reports.sections.match_weights import weight_figures
from reports.sections.view import View, more_in_file

COMPARED = {
    "contact": (
        "first_name last_name full_name email other_emails phone mobile company_name job_title street city country "
        "date_of_birth lifecycle_stage email_opt_out created_at last_activity_at"
    ).split(),
    "account": (
        "name domain website phone email industry street city postal_code country tax_id owner created_at"
    ).split(),
}
"""Fields set side by side, in this order, where any of the records has them."""
REVIEW_SHOWN, JOINED_SHOWN, HELD_SHOWN = 6, 6, 6
RELATED_SHOWN, MEMBERS_SHOWN = 2, 5
SIDE_BY_SIDE = 4
"""Records of one cluster shown beside each other."""


def build(view: View) -> Section:
    words = view.words
    blocks: list[Block] = []
    for entity, match in view.result.matches.items():
        if len(match.clusters):
            blocks.extend(_entity(view, entity, match))
    if not blocks:
        blocks.append(Paragraph(words("duplicates.none"), tone="muted"))
    return Section("duplicates", words("duplicates.title"), words("duplicates.lead"), tuple(blocks))


def _entity(view: View, entity: str, match: MatchResult) -> list[Block]:
    words = view.words
    sizes = match.clusters.drop_duplicates("cluster")["size"]
    review = match.pairs[match.pairs["decision"].eq("review").to_numpy()]
    tiles = [
        (words.number(len(match.clusters)), words("duplicates.records"), words(f"duplicates.in_{entity}")),
        (words.number(len(sizes)), words(f"duplicates.real_{entity}"), words("duplicates.after_joining")),
        (
            words.number(int((sizes > 1).sum())),
            words("duplicates.groups"),
            words("duplicates.largest", n=int(sizes.max())),
        ),
        (words.number(len(review)), words("duplicates.waiting"), words("duplicates.waiting_note")),
    ]
    if len(match.held):
        tiles.append((words.number(len(match.held)), words("duplicates.held"), words("duplicates.held_note")))
    blocks: list[Block] = [Heading(view.entity_title(entity)), Tiles(tuple(tiles)), *_quality(view, match)]
    if (sizes > 1).any():
        blocks.append(_sizes(view, entity, sizes))
    sentences = view.explanations(entity)
    blocks.extend(_review(view, entity, match, review, sentences))
    blocks.extend(_joined(view, entity, match, sentences))
    blocks.extend(_held(view, entity, match))
    blocks.extend(_related(view, entity, match))
    return blocks


def _quality(view: View, match: MatchResult) -> list[Block]:
    """How good the run is by its own estimate, what it expects to have missed, and what became of decisions."""
    words, told = view.words, match.statistics
    shares = {
        f"{name}{end}": words.percent(float(told[f"{kind}{name}{end}"]))
        for name in ("precision", "recall")
        for kind, end in (("estimated_", ""), ("", "_low"), ("", "_high"))
    }
    blocks: list[Block] = [Paragraph(words("duplicates.quality", **shares))]
    distinct = int(told["distinct_records"])
    never = distinct * (distinct - 1) // 2 - int(told["candidate_pairs"])
    missed = words(
        "duplicates.missed" if never else "duplicates.missed_all",
        below=_about(view, float(told["matches_below_threshold"])),
        never=_about(view, float(told["matches_never_compared"])),
        pairs=never,
    )
    blocks.append(Paragraph(missed, tone="muted"))
    if told.get("decisions"):
        known = int(told["decisions"]) - int(told["decisions_stale"])
        blocks.append(
            Paragraph(
                words(
                    "duplicates.decisions",
                    n=int(told["decisions"]),
                    found=known,
                    stale=int(told["decisions_stale"]),
                    ambiguous=int(told["decisions_ambiguous"]),
                )
                + (" " + words("duplicates.taught") if told["taught"] else "")
            )
        )
        blocks += [Paragraph(view.told(warning, 600), tone="strong") for warning in match.warnings]
    return blocks


def _about(view: View, count: float) -> str:
    """An estimated number as one says it: nothing finer than one, no more than two digits that mean anything."""
    if count < 0.5:
        return view.words("duplicates.none_expected")
    step = 10 ** max(len(str(int(count))) - 2, 0)
    return view.words("duplicates.about", n=round(count / step) * step)


def _related(view: View, entity: str, match: MatchResult) -> list[Block]:
    """Different people or companies that hang together: counted, the largest named, never joined."""
    words, found = view.words, match.groups
    if found.empty:
        return []
    rows = []
    for kind, members in found.groupby("kind", observed=True, sort=True):
        sizes = members["group"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
        cluster = match.clusters["cluster"].loc[members["record"].to_numpy()].to_numpy()
        for shown, group in enumerate(sizes.index[:RELATED_SHOWN]):
            inside = members[members["group"].eq(group).to_numpy()].assign(
                cluster=cluster[members["group"].eq(group).to_numpy()]
            )
            heads = [int(record) for record in inside.drop_duplicates("cluster")["record"]]
            names = [
                _headline(view, entity, [record]) or view.record(entity, record) for record in heads[:MEMBERS_SHOWN]
            ]
            if len(heads) > len(names):
                names.append(words("duplicates.more_members", n=len(heads) - len(names)))
            rows.append(
                (
                    Cell(words(f"duplicates.kind_{kind}")),
                    view.number_cell(len(sizes)) if not shown else Cell(""),
                    view.number_cell(len(members)) if not shown else Cell(""),
                    Cell(words.listed(names)),
                )
            )
    columns = (
        Column(words("duplicates.kind")),
        Column(words("duplicates.kind_groups"), number=True),
        Column(words("duplicates.kind_records"), number=True),
        Column(words("duplicates.kind_examples"), wide=True),
    )
    note = words("duplicates.related_note", file="groups.csv")
    return [Table(words("duplicates.related"), columns, tuple(rows), note=note)]


def _sizes(view: View, entity: str, sizes: pd.Series) -> Block:
    words = view.words
    counts = sizes[sizes > 1].clip(upper=6).value_counts().sort_index()
    names = [
        words("duplicates.size_of", n=int(size)) if size < 6 else words("duplicates.size_more", n=6)
        for size in counts.index
    ]
    frame = pd.DataFrame({"name": names, "count": counts.to_numpy(), "label": [words.number(int(n)) for n in counts]})
    title = words(f"duplicates.sizes_{entity}")
    surplus = int((sizes - 1).sum())
    sentence = words(
        "duplicates.sizes_sentence",
        groups=int(counts.sum()),
        surplus=surplus,
        share=words.percent(surplus / int(sizes.sum())),
    )
    table = Table(
        words("numbers_of", title=title),
        (Column(words("duplicates.size")), Column(words("duplicates.groups"), number=True)),
        tuple((Cell(name), view.number_cell(int(n))) for name, n in zip(names, counts, strict=True)),
    )
    return view.figure(title, sentence, charts.count_bars(frame, title, sentence), table)


def _review(view: View, entity: str, match: MatchResult, review: pd.DataFrame, sentences: pd.Series) -> list[Block]:
    """The pairs that need a person, the likeliest first."""
    words = view.words
    if review.empty:
        return []
    first = review.sort_values(["probability", "left", "right"], ascending=[False, True, True], kind="stable").head(
        REVIEW_SHOWN
    )
    blocks: list[Block] = [Paragraph(words("duplicates.review_note", n=len(review)), tone="strong")]
    weights = weight_figures(view, entity, [(int(pair.left), int(pair.right)) for pair in first.itertuples()])
    for pair in first.itertuples():
        records = [int(pair.left), int(pair.right)]
        why = _why(view, entity, records, [(records, float(pair.probability), sentences.loc[pair.Index])])
        summary = words.listed([view.record(entity, record) for record in records])
        tags = ((words("duplicates.probability", p=words.percent(float(pair.probability))), "weak"),)
        drawn = [weights[key]] if (key := (int(pair.left), int(pair.right))) in weights else []
        parts: tuple[Block, ...] = (_side_by_side(view, entity, records), why, *drawn)
        blocks.append(Details(summary, parts, _headline(view, entity, records), tags))
    note = more_in_file(words, len(first), len(review), "pairs.csv")
    return [*blocks, Paragraph(note, tone="muted")] if note else blocks


def _joined(view: View, entity: str, match: MatchResult, sentences: pd.Series) -> list[Block]:
    """Groups that were joined: the largest first, since a wrong one does most harm."""
    words = view.words
    clusters = match.clusters[match.clusters["size"].to_numpy() > 1]
    if clusters.empty:
        return []
    heads = clusters.drop_duplicates("cluster").sort_values(
        ["size", "confidence"], ascending=[False, True], kind="stable"
    )
    blocks: list[Block] = [Paragraph(words("duplicates.joined_note", n=len(heads)), tone="strong")]
    for row in heads.head(JOINED_SHOWN).itertuples():
        records = [int(record) for record in clusters.index[clusters["cluster"].eq(row.cluster).to_numpy()]]
        inside = match.pairs[match.pairs["left"].isin(records) & match.pairs["right"].isin(records)].head(6)
        pairs = [
            ([int(pair.left), int(pair.right)], float(pair.probability), sentences.loc[pair.Index])
            for pair in inside.itertuples()
        ]
        shown = records[:SIDE_BY_SIDE]
        parts: list[Block] = [_side_by_side(view, entity, shown)]
        if len(shown) < len(records):
            parts.append(
                Paragraph(words("shown_of", shown=len(shown), n=len(records), file="clusters.csv"), tone="muted")
            )
        if pairs:
            parts.append(_why(view, entity, records, pairs))
            weakest = inside.loc[inside["probability"].idxmin()]
            parts += weight_figures(view, entity, [(int(weakest["left"]), int(weakest["right"]))]).values()
        tags = (
            (words("duplicates.n_records", n=len(records)), "fair"),
            (words("duplicates.confidence", p=words.percent(float(row.confidence))), "good"),
        )
        summary = words.listed([view.record(entity, record) for record in shown]) + (
            " …" if len(shown) < len(records) else ""
        )
        blocks.append(Details(summary, tuple(parts), _headline(view, entity, records), tags))
    note = more_in_file(words, min(len(heads), JOINED_SHOWN), len(heads), "clusters.csv")
    return [*blocks, Paragraph(note, tone="muted")] if note else blocks


def _held(view: View, entity: str, match: MatchResult) -> list[Block]:
    """Pairs that look alike but contradict each other: kept apart, with the reason."""
    words, held = view.words, match.held
    if held.empty:
        return []
    rows = tuple(
        (
            Cell(words.listed([view.record(entity, int(row.left)), view.record(entity, int(row.right))])),
            Cell(_headline(view, entity, [int(row.left), int(row.right)])),
            Cell(view.told(row.reason, 160)),
        )
        for row in held.head(HELD_SHOWN).itertuples()
    )
    columns = (
        Column(words("col.records")),
        Column(words("col.who"), wide=True),
        Column(words("col.reason"), wide=True),
    )
    return [
        Table(
            words("duplicates.held_caption", n=len(held)),
            columns,
            rows,
            note=more_in_file(words, len(rows), len(held), "pairs.csv"),
        )
    ]


def _headline(view: View, entity: str, records: Sequence[int]) -> str:
    """Who it is about: the first name that any of the records gives."""
    table = view.result.dataset[entity]
    for names in (("first_name", "last_name"), ("full_name",), ("name",), ("email",)):
        held = [name for name in names if name in table]
        for record in records:
            parts = [view.value(entity, name, table[name].loc[record], 40) for name in held]
            if any(parts):
                return " ".join(part for part in parts if part)
    return ""


def _side_by_side(view: View, entity: str, records: Sequence[int]) -> Table:
    """Records as columns, fields as rows; cells that differ from the first are marked."""
    words, table = view.words, view.result.dataset[entity]
    rows = []
    for name in [name for name in COMPARED.get(entity, []) if name in table]:
        values = table.original(name).loc[list(records)].astype(object)
        if values.isna().all():
            continue
        folded = [" ".join(str(value).casefold().split()) if isinstance(value, str) else None for value in values]
        first = next(value for value in folded if value is not None)
        rows.append(
            (
                Cell(view.field_title(entity, name)),
                *(
                    Cell(
                        view.value(entity, name, value, 60) or "–",
                        mark=fold is not None and fold != first,
                        tone="" if fold else "muted",
                    )
                    for value, fold in zip(values, folded, strict=True)
                ),
            )
        )
    lineage = table.lineage.loc[list(records)]
    heads = [f"{view.record(entity, record)}" for record in records]
    origin = (
        Cell(words("col.file")),
        *(Cell(view.place(row.file, row.row), tone="muted") for row in lineage.itertuples()),
    )
    columns = (Column(words("col.field")), *(Column(head) for head in heads))
    return Table(words("duplicates.side_by_side"), columns, (origin, *rows), fixed=True)


def _why(view: View, entity: str, records: Sequence[int], pairs: list[tuple[list[int], float, object]]) -> Bullets:
    values = _quotable(view.result.dataset[entity], records)
    words = view.words
    return Bullets(
        tuple(
            words(
                "duplicates.why",
                pair=words.listed([view.record(entity, record) for record in pair]),
                p=words.percent(probability),
                text=view.sentence(str(sentence), values),
            )
            for pair, probability, sentence in pairs
        )
    )


def _quotable(table: Records, records: Sequence[int]) -> list[str]:
    """What an explanation may quote of these records, whole and word by word."""
    found: list[str] = []
    for name in table.frame.columns:
        if name in ("person", "organisation") or table.frame[name].dtype.kind in "fMb":
            continue
        for value in table.original(name).loc[list(records)].dropna().astype(str):
            found.append(value)
            found += [part for part in np.unique(value.replace("@", " ").split()) if len(part) > 2]
    return found
