"""The first screen: how good the data is, what the worst problems cost, what to fix first, which numbers to trust."""

from dataclasses import dataclass, field
from math import pi
from typing import ClassVar

from markupsafe import Markup

from audit.rule import Outcome
from reports import charts
from reports.sections.blocks import Section, Tiles
from reports.sections.cost import Problem, headline, problems, remedy
from reports.sections.metrics import VERDICT_TONES, metric_name, verdict_word
from reports.sections.view import BANDS, View
from reports.sections.worklist import best_moves, costliest_moves, work_cost

FIRST = 5
NUMBERS_SHOWN = {"do not report": 3, "reportable with care": 2, "reportable": 2}
RADIUS = 70.0


@dataclass(frozen=True)
class Arc:
    """One stroke of the dial: where it starts and how long it is, in units of the ring's length."""

    name: str
    offset: float
    length: float


@dataclass(frozen=True)
class Item:
    """One line of the three lists: its text, the figure beside it, a quieter second line, where it leads."""

    title: str
    figure: str
    note: str
    link: str
    tone: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class FirstScreen(Section):
    template: ClassVar[str] = "first_screen.html"
    score: str = ""
    band: str = ""
    band_word: str = ""
    verdict: str = ""
    arcs: tuple[Arc, ...] = ()
    ring: float = 2 * pi * RADIUS
    outlook: tuple[tuple[str, str, str], ...] = ()
    since: tuple[str, Markup] | None = None
    """What changed since the run before, in a sentence, and the score's course as a small line."""
    bands: tuple[tuple[str, str, str], ...] = ()
    tiles: Tiles = field(default_factory=lambda: Tiles(()))
    costs: tuple[Item, ...] = ()
    fixes: tuple[Item, ...] = ()
    tally: tuple[tuple[str, str], ...] = ()
    numbers: tuple[Item, ...] = ()


def build(view: View) -> FirstScreen:
    words, score = view.words, view.result.score
    found = problems(view)
    band = view.band(score.overall)
    ring = 2 * pi * RADIUS
    safe, everything = max(score.after_safe, score.overall), max(score.after_all, score.after_safe, score.overall)
    arcs = (
        Arc("all", 0.0, ring * everything / 100),
        Arc("safe", 0.0, ring * safe / 100),
        Arc("now", 0.0, ring * score.overall / 100),
    )
    outlook = (
        ("now", words("first.now"), words.number(score.overall, 1)),
        ("safe", words("first.after_safe"), words.number(safe, 1)),
        ("all", words("first.after_all"), words.number(everything, 1)),
    )
    return FirstScreen(
        id="summary",
        title=words("first.title"),
        lead="",
        score=words.number(score.overall, 1),
        band=band,
        band_word=words(f"band.{band}"),
        verdict=_verdict(view, band),
        arcs=arcs,
        ring=ring,
        outlook=outlook,
        since=_since(view),
        bands=tuple(
            (name, words(f"band.{name}"), words("first.band_from", score=words.number(lowest)))
            for lowest, name in BANDS
        ),
        tiles=Tiles(_tiles(view)),
        costs=_costs(view, found),
        fixes=_fixes(view, found),
        tally=_tally(view),
        numbers=_numbers(view),
    )


def _since(view: View) -> tuple[str, Markup] | None:
    words, history = view.words, view.result.history
    if history is None or history.previous is None:
        return None
    change = history.score_change or 0.0
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    told = words(
        "since.headline",
        date=words.date(history.previous),
        change=f"{sign}{words.number(abs(change), 1)}",
        **{name: history.total[name] for name in ("new", "returned", "fixed")},
    )
    return told, charts.sparkline(list(history.trend["score"].astype(float)), words("since.trend"))


def _tiles(view: View) -> tuple[tuple[str, str, str], ...]:
    words, result = view.words, view.result
    files = len({info.file for info in result.dataset.sources if info.entity})
    ran = sum(item.outcome in (Outcome.PASSED, Outcome.FAILED) for item in result.rule_results)
    people = [len(match.clusters["cluster"].unique()) for name, match in result.matches.items() if name == "contact"]
    tiles = [
        (words.number(view.records), words("first.records"), words("first.from_files", n=files)),
        (words.percent(result.score.flawless), words("first.flawless"), words("first.flawless_note")),
        (
            words.number(ran),
            words("first.rules_ran"),
            words("first.rules_not", n=len(result.rule_results) - ran)
            if len(result.rule_results) > ran
            else words("first.rules_all"),
        ),
    ]
    if people:
        contacts = len(result.dataset.get("contact"))
        tiles.insert(1, (words.number(people[0]), words("first.people"), words("first.people_note", n=contacts)))
    return tuple(tiles)


def _costs(view: View, found: list[Problem]) -> tuple[Item, ...]:
    most = max((problem.points for problem in found), default=1.0) or 1.0
    bent = costliest_moves(view)
    return tuple(
        Item(
            title=view.rule_title(problem.rule_id),
            figure=view.words(
                "points_lost", points=view.words.number(problem.points, 1 if problem.points >= 0.1 else 2)
            ),
            note=_cost_note(view, problem, bent),
            link=f"#rule-{problem.rule_id}",
            tone=str(view.rules[problem.rule_id].severity),
            share=problem.points / most,
        )
        for problem in found[:FIRST]
    )


def _cost_note(view: View, problem: Problem, bent: dict[str, tuple[str, str, bool]]) -> str:
    """How many records, which number they bend by how much, and the work that mending them one by one would be."""
    words = view.words
    told = [words("first.cost_note", n=problem.records, share=words.percent(problem.share))]
    if problem.rule_id in bent:
        metric, change, high = bent[problem.rule_id]
        told.append(
            words("first.cost_high" if high else "first.cost_low", metric=metric_name(view, metric), change=change)
        )
    work = work_cost(view, problem)
    if work:
        told.append(words("first.work", cost=work))
    return " ".join(told)


def _fixes(view: View, found: list[Problem]) -> tuple[Item, ...]:
    ordered = sorted(found, key=lambda problem: (-problem.priority, problem.rule_id))[:FIRST]
    moves = best_moves(view)
    return tuple(
        Item(
            title=view.rule_title(problem.rule_id),
            figure=view.words(
                "points_won", points=view.words.number(problem.points, 1 if problem.points >= 0.1 else 2)
            ),
            note=_fix_note(view, problem, moves),
            link=f"#rule-{problem.rule_id}",
            tone="bulk" if problem.bulk else "each",
        )
        for problem in ordered
    )


def _fix_note(view: View, problem: Problem, moves: dict[str, tuple[str, str]]) -> str:
    """What to do, and the metric that it moves most."""
    note = remedy(view, problem)
    if problem.rule_id not in moves:
        return note
    metric, change = moves[problem.rule_id]
    return f"{note}. {view.words('metrics.worklist_item', metric=metric_name(view, metric), change=change)}"


def _verdict(view: View, band: str) -> str:
    """What the score says, and whether the numbers bear it out."""
    words, verdicts = view.words, headline(view)["verdict"]
    told = words(f"first.verdict.{band}")
    computed = int(verdicts.ne("not computable").sum())
    wrong = int(verdicts.eq("do not report").sum())
    if not computed:
        return told
    return f"{told} {words('first.wrong', n=wrong, total=computed) if wrong else words('first.none_wrong', n=computed)}"


def _tally(view: View) -> tuple[tuple[str, str], ...]:
    """How many metrics have each verdict, with its tone."""
    counts = headline(view)["verdict"].value_counts()
    return tuple(
        (f"{view.words.number(int(counts[verdict]))} {verdict_word(view, verdict).lower()}", tone)
        for verdict, tone in VERDICT_TONES.items()
        if verdict in counts
    )


def _numbers(view: View) -> tuple[Item, ...]:
    """Some numbers of each verdict: of those not to be reported what cleaning moves most, of the others the first."""
    metrics = headline(view)
    moved = (metrics["cleaned"] / metrics["raw"].where(metrics["raw"] != 0) - 1).abs().fillna(0.0)
    wrong = metrics.assign(moved=moved).sort_values("moved", ascending=False, kind="stable")
    shown = [
        part[part["verdict"].eq(verdict)].head(most)
        for verdict, most in NUMBERS_SHOWN.items()
        for part in [wrong if verdict == "do not report" else metrics]
    ]
    return tuple(
        Item(
            title=metric_name(view, row.metric_id),
            figure=verdict_word(view, row.verdict),
            note=view.words(
                "first.raw_cleaned",
                raw=view.words.quantity(row.raw, row.unit, row.unit_label),
                cleaned=view.words.quantity(row.cleaned, row.unit, row.unit_label),
            ),
            link=f"#metric-{row.metric_id}",
            tone=VERDICT_TONES[row.verdict],
        )
        for part in shown
        for row in part.itertuples()
    )
