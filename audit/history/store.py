"""The history itself: takes in runs, each in one transaction, and hands them out again."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from audit.comparison import FLOWS
from audit.errors import UsageError
from audit.history.database import Database, connect
from audit.history.entry import ACCEPTED, UNCHECKED, Entry
from audit.history.schema import migrate
from audit.history.stock_flow import flow_total, transitions

LAST = "last"


class OlderRun(UsageError):  # noqa: N818 - reads better without a suffix
    """A run of a day before the last one in the history."""


class History:
    """A project's history. What `record` takes in stands once `finish` has been called; else nothing is left of it.

    Names and addresses enter as keyed hashes; the key is the file's own.
    """

    def __init__(self, target: Path | str, *, create: bool = False) -> None:
        """Raises UsageError or ConfigError where there is no history or it cannot be read."""
        self.target = target
        self.database: Database = connect(target, create=create)
        try:
            migrate(self.database)
            self._key = self._hash_key()
        except BaseException:
            self.database.close()
            raise

    def __enter__(self) -> "History":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.rollback()
        self.database.close()

    def record(self, entry: Entry) -> int:
        """Takes in a run and gives its number. A repeat of the last run takes its place.

        Raises OlderRun for a day before that of the last run.
        """
        self.database.begin()
        runs = self.runs()
        repeated = None
        if len(runs) and runs["fingerprint"].iloc[-1] == entry.run["fingerprint"]:
            repeated = int(runs["id"].iloc[-1])
            self._take_back(repeated)
            runs = runs.iloc[:-1]
        if len(runs) and entry.run["as_of"] < runs["as_of"].iloc[-1]:
            raise OlderRun(
                f"The history already holds a run as of {runs['as_of'].iloc[-1]}; one as of {entry.run['as_of']} is "
                "not added to it.",
                hint="Runs enter in the order of their days.",
            )
        run = repeated or int(runs["id"].max() if len(runs) else 0) + 1
        self.database.insert("run", ["id", *entry.run], [(run, *entry.run.values())])
        for table, frame in (
            ("part", entry.parts),
            ("rule_run", entry.rules),
            ("metric", entry.metrics),
            ("held", entry.held),
        ):
            self.database.insert(table, ["run_id", *frame.columns], _rows(frame, run))
        self._findings(entry)
        self._spells(run)
        previous = int(runs["id"].iloc[-1]) if len(runs) else None
        total = flow_total(transitions(self.database, previous, run))
        sets = ", ".join(f"{name} = ?" for name in (*FLOWS, "reinfected"))
        self.database.execute(
            f"UPDATE run SET {sets} WHERE id = ?", [*(total[name] for name in (*FLOWS, "reinfected")), run]
        )
        return run

    def finish(self, run: int, exit_code: int) -> None:
        """Says how the run ended and makes all that `record` took in stand."""
        self.database.execute("UPDATE run SET exit_code = ? WHERE id = ?", [exit_code, run])
        self.database.commit()

    def runs(self) -> pd.DataFrame:
        """All runs in their order; columns of the table `run`."""
        return self.database.query("SELECT * FROM run ORDER BY id")

    def number(self, name: str) -> int:
        """The run that a user means: its number, its day (the last run of it), "last", or "last-1" for the one before.

        Raises UsageError where there is none.
        """
        runs = self.runs()
        if name == LAST or name.startswith(f"{LAST}-"):
            back = name.removeprefix(LAST).removeprefix("-") or "0"
            found = runs["id"].iloc[::-1].iloc[int(back) : int(back) + 1] if back.isdigit() else runs["id"].iloc[:0]
        else:
            found = runs["id"][(runs["as_of"] == name) | (runs["id"].astype(str) == name)].tail(1)
        if found.empty:
            known = ", ".join(
                f"{run} ({day})" for run, day in zip(runs["id"].tail(5), runs["as_of"].tail(5), strict=True)
            )
            raise UsageError(
                f"There is no run {name!r} in the history.",
                hint=f"The last ones are {known}." if known else "It is empty.",
            )
        return int(found.iloc[0])

    def hashed(self, values: pd.Series) -> pd.Series:
        """Texts as signed numbers that only this history makes of them; blank stays blank."""
        filled = values.notna().to_numpy(dtype=bool)
        result = pd.Series(pd.NA, index=values.index, dtype="Int64")
        text = values[filled].to_numpy(dtype=object)
        result[filled] = pd.util.hash_array(text, hash_key=self._key).view("int64")
        return result

    def _hash_key(self) -> str:
        found = self.database.query("SELECT value FROM meta WHERE name = 'hash_key'")
        if found.empty:
            self.database.insert("meta", ["name", "value"], [("hash_key", secrets.token_hex(8))])
            return self._hash_key()
        return str(found["value"].iloc[0])

    def _findings(self, entry: Entry) -> None:
        """Fills the table `found` of this transaction and makes every finding known."""
        columns = "finding_key rule_id entity source field record subject owner state".split()
        self.database.execute("DROP TABLE IF EXISTS found")
        self.database.execute(
            "CREATE TEMPORARY TABLE found (finding_key TEXT PRIMARY KEY, rule_id TEXT, entity TEXT, source TEXT, "
            "field TEXT, record BIGINT, subject BIGINT, owner BIGINT, state INTEGER)"
        )
        hashed = {name: self.hashed(entry.findings[name]) for name in ("record", "subject", "owner")}
        self.database.insert("found", columns, _rows(entry.findings.assign(**hashed)[columns]))
        self.database.execute(
            "INSERT INTO finding (finding_key, rule_id, entity, source, field, record, subject, owner) "
            "SELECT finding_key, rule_id, entity, source, field, record, subject, owner FROM found WHERE true "
            "ON CONFLICT (finding_key) DO UPDATE SET record = excluded.record, subject = excluded.subject, "
            "owner = excluded.owner WHERE coalesce(finding.record, 0) <> coalesce(excluded.record, 0) "
            "OR coalesce(finding.subject, 0) <> coalesce(excluded.subject, 0) "
            "OR coalesce(finding.owner, 0) <> coalesce(excluded.owner, 0)"
        )

    def _spells(self, run: int) -> None:
        """Carries the states of all findings over to a run: what is as it was is left alone."""
        database = self.database
        database.execute("DROP TABLE IF EXISTS state_now")
        database.execute("CREATE TEMPORARY TABLE state_now (finding_id BIGINT PRIMARY KEY, state INTEGER)")
        database.execute(
            "INSERT INTO state_now SELECT finding.id, found.state FROM found JOIN finding USING (finding_key)"
        )
        # What is not there although nobody looked has not been fixed.
        database.execute(
            f"""INSERT INTO state_now
            SELECT spell.finding_id, CASE spell.state WHEN {ACCEPTED} THEN {ACCEPTED} ELSE {UNCHECKED} END
            FROM spell JOIN finding ON finding.id = spell.finding_id
            WHERE spell.closed IS NULL
            AND NOT EXISTS (SELECT 1 FROM state_now WHERE state_now.finding_id = spell.finding_id)
            AND NOT (
                EXISTS (SELECT 1 FROM rule_run WHERE rule_run.run_id = ? AND rule_run.rule_id = finding.rule_id
                        AND rule_run.outcome IN ('passed', 'failed'))
                AND EXISTS (SELECT 1 FROM held WHERE held.run_id = ? AND held.entity = finding.entity
                            AND held.source = finding.source AND held.field = finding.field)
            )""",
            [run, run],
        )
        database.execute(
            """UPDATE spell SET closed = ? WHERE closed IS NULL AND NOT EXISTS (
                SELECT 1 FROM state_now WHERE state_now.finding_id = spell.finding_id AND state_now.state = spell.state
            )""",
            [run],
        )
        database.execute(
            """INSERT INTO spell (finding_id, opened, state, since)
            SELECT state_now.finding_id, ?, state_now.state, coalesce(
                (SELECT before.since FROM spell AS before
                 WHERE before.finding_id = state_now.finding_id AND before.closed = ?), ?)
            FROM state_now WHERE NOT EXISTS (
                SELECT 1 FROM spell WHERE spell.finding_id = state_now.finding_id AND spell.closed IS NULL
            )""",
            [run, run, run],
        )

    def _take_back(self, run: int) -> None:
        """Leaves the history as it was before its last run."""
        database = self.database
        database.execute("DELETE FROM spell WHERE opened = ?", [run])
        database.execute("UPDATE spell SET closed = NULL WHERE closed = ?", [run])
        database.execute(
            "DELETE FROM finding WHERE NOT EXISTS (SELECT 1 FROM spell WHERE spell.finding_id = finding.id)"
        )
        for table in ("part", "rule_run", "metric", "held"):
            database.execute(f"DELETE FROM {table} WHERE run_id = ?", [run])
        database.execute("DELETE FROM run WHERE id = ?", [run])


def _rows(frame: pd.DataFrame, *first: Any) -> list[Sequence[Any]]:
    """The lines of a frame in plain types, each led by the same values; blanks and NaN are None."""
    columns = []
    for name in frame.columns:
        values = frame[name].astype(object)
        columns.append(values.where(values.notna(), None).tolist())
    return [(*first, *line) for line in zip(*columns, strict=True)]
