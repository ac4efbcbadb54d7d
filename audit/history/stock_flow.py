"""What became of the findings between two runs: the stock, what flowed in and out, how old, what came back."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit.comparison import AGE_BANDS, FLOW_TYPES
from audit.history.database import Database
from audit.history.entry import ACCEPTED, OPEN, UNCHECKED
from audit.history.prevention import MEASURES, guard
from audit.schema import TEXT

ABSENT = 0


def transitions(database: Database, earlier: int | None, later: int) -> pd.DataFrame:
    """How many findings went from which state to which: rule_id, entity, source, field, owner, was, now, known, n.

    `known` says whether the finding had been seen at or before the earlier run. Without an earlier run all are new.
    """
    return database.query(
        f"""WITH before AS (
            SELECT finding_id, state FROM spell WHERE opened <= ? AND (closed IS NULL OR closed > ?)
        ), after AS (
            SELECT finding_id, state FROM spell WHERE opened <= ? AND (closed IS NULL OR closed > ?)
        ), ever AS (
            SELECT DISTINCT finding_id FROM spell WHERE opened <= ?
        )
        SELECT rule_id, entity, source, field, owner, coalesce(before.state, {ABSENT}) AS was,
               coalesce(after.state, {ABSENT}) AS now, CASE WHEN ever.finding_id IS NULL THEN 0 ELSE 1 END AS known,
               count(*) AS n
        FROM finding
        LEFT JOIN before ON before.finding_id = finding.id
        LEFT JOIN after ON after.finding_id = finding.id
        LEFT JOIN ever ON ever.finding_id = finding.id
        WHERE before.state IS NOT NULL OR after.state IS NOT NULL
        GROUP BY rule_id, entity, source, field, owner, coalesce(before.state, {ABSENT}),
                 coalesce(after.state, {ABSENT}), CASE WHEN ever.finding_id IS NULL THEN 0 ELSE 1 END
        ORDER BY rule_id, entity, source, field, owner, was, now, known""",
        [earlier or 0, earlier or 0, later, later, earlier or 0],
    )


def flow_total(moves: pd.DataFrame) -> dict[str, int]:
    """The flow over all findings."""
    return {name: int(value) for name, value in _flows(moves).drop(columns="name").sum().items()}


def flow_by(moves: pd.DataFrame, key: str) -> pd.DataFrame:
    """The flow of each rule_id, source or owner (columns of FLOW_TYPES), the largest closing stock first."""
    flows = _flows(moves.assign(name=moves[key].astype(object)))
    summed = flows.groupby("name", sort=True, dropna=False).sum().reset_index()
    return summed.sort_values("closing", ascending=False, kind="stable").reset_index(drop=True)[list(FLOW_TYPES)]


def _flows(moves: pd.DataFrame) -> pd.DataFrame:
    was, now, n = (moves[name].to_numpy() for name in ("was", "now", "n"))
    known = moves["known"].to_numpy().astype(bool)
    opened = (now == OPEN) & (was != OPEN)
    parts = {
        "opening": was == OPEN,
        "new": opened & ~known,
        "returned": opened & known,
        "fixed": (was == OPEN) & (now == ABSENT),
        "accepted": (was == OPEN) & (now == ACCEPTED),
        "unchecked": (was == OPEN) & (now == UNCHECKED),
        "closing": now == OPEN,
        "reinfected": opened & known & (was == ABSENT),
    }
    frame = pd.DataFrame({name: np.where(mask, n, 0).astype("int64") for name, mask in parts.items()})
    frame["name"] = moves["name"].to_numpy() if "name" in moves else ""
    return frame


def ages(database: Database, run: int) -> pd.DataFrame:
    """Open findings of a run by severity and age (columns severity, the names of AGE_BANDS, oldest)."""
    found = database.query(
        """SELECT rule_run.severity, start.as_of AS since, this.as_of AS today, count(*) AS n
        FROM spell JOIN finding ON finding.id = spell.finding_id
        JOIN run AS start ON start.id = spell.since
        JOIN run AS this ON this.id = ?
        LEFT JOIN rule_run ON rule_run.run_id = this.id AND rule_run.rule_id = finding.rule_id
        WHERE spell.opened <= ? AND (spell.closed IS NULL OR spell.closed > ?) AND spell.state = ?
        GROUP BY rule_run.severity, start.as_of, this.as_of""",
        [run, run, run, OPEN],
    )
    days = (pd.to_datetime(found["today"]) - pd.to_datetime(found["since"])).dt.days
    bounds = [0, *(bound for _, bound in AGE_BANDS)]
    band = pd.cut(days, bounds, right=False, labels=[name for name, _ in AGE_BANDS]).astype(object)
    table = found.assign(band=band).pivot_table(index="severity", columns="band", values="n", aggfunc="sum")
    order = [name for name in ("critical", "high", "medium", "low") if name in table.index]
    table = table.reindex(index=order, columns=[name for name, _ in AGE_BANDS]).fillna(0).astype("int64")
    return table.assign(oldest=found.groupby("severity")["since"].min()).rename_axis("severity").reset_index()


def reinfection(database: Database, run: int) -> pd.DataFrame:
    """Per source, how many findings have ever been fixed and how many of these came back (fixed, returned, rate)."""
    found = database.query(
        """WITH fix AS (
            SELECT spell.finding_id, spell.closed FROM spell WHERE spell.closed <= ? AND NOT EXISTS (
                SELECT 1 FROM spell AS next WHERE next.finding_id = spell.finding_id AND next.opened = spell.closed)
        )
        SELECT finding.source, count(DISTINCT fix.finding_id) AS fixed, count(DISTINCT again.finding_id) AS returned
        FROM fix JOIN finding ON finding.id = fix.finding_id
        LEFT JOIN spell AS again
            ON again.finding_id = fix.finding_id AND again.opened > fix.closed AND again.opened <= ?
        GROUP BY finding.source ORDER BY finding.source""",
        [run, run],
    )
    return found.assign(rate=found["returned"] / found["fixed"])


def prevented(moves: pd.DataFrame, measures: Mapping[str, str]) -> pd.DataFrame:
    """How many of the new and returned findings which guard would have stopped (measure, entity, field, source,
    findings); `measures` leads from rules to guards."""
    entered = moves[(moves["now"] == OPEN) & (moves["was"] != OPEN)]
    guards = [
        guard(measures.get(rule, ""), entity, field)
        for rule, entity, field in zip(entered["rule_id"], entered["entity"], entered["field"], strict=True)
    ]
    keyed = entered.assign(measure=pd.Series(guards, index=entered.index, dtype=object))
    summed = keyed.groupby(["measure", "entity", "field", "source"], sort=True)["n"].sum().rename("findings")
    table = summed.reset_index()
    rank = table["measure"].map({name: place for place, name in enumerate((*MEASURES, ""))})
    table = table.assign(rank=rank).sort_values(["findings", "rank"], ascending=[False, True], kind="stable")
    return table.drop(columns="rank").reset_index(drop=True)


def open_findings(database: Database, earlier: int | None, run: int) -> pd.DataFrame:
    """The findings that are open at a run: finding_id, state, reinfected, since (a day)."""
    found = database.query(
        """SELECT finding.finding_key AS finding_id, start.as_of AS since, coalesce(before.state, 0) AS was,
            (SELECT count(*) FROM spell AS ever WHERE ever.finding_id = finding.id AND ever.opened <= ?) AS known
        FROM spell JOIN finding ON finding.id = spell.finding_id
        JOIN run AS start ON start.id = spell.since
        LEFT JOIN spell AS before ON before.finding_id = finding.id AND before.opened <= ?
            AND (before.closed IS NULL OR before.closed > ?)
        WHERE spell.opened <= ? AND (spell.closed IS NULL OR spell.closed > ?) AND spell.state = ?
        ORDER BY finding.finding_key""",
        [earlier or 0, earlier or 0, earlier or 0, run, run, OPEN],
    )
    was, known = found["was"].to_numpy(), found["known"].to_numpy() > 0
    state = np.where(was == OPEN, "open", np.where(known, "returned", "new"))
    return pd.DataFrame(
        {
            "finding_id": found["finding_id"].astype(TEXT),
            "state": pd.Series(state, dtype=TEXT),
            "reinfected": known & (was == ABSENT),
            "since": pd.to_datetime(found["since"]),
        }
    )
