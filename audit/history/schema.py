"""The tables of a history, as the steps that lead from an empty database to the newest form."""

from audit.errors import ConfigError
from audit.history.database import Database

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE run (
            id {key}, as_of TEXT NOT NULL, ran_on TEXT NOT NULL, version TEXT NOT NULL, score_version TEXT NOT NULL,
            rules_hash TEXT NOT NULL, settings_hash TEXT NOT NULL, decisions_hash TEXT NOT NULL, inputs TEXT NOT NULL,
            fingerprint TEXT NOT NULL, exit_code INTEGER NOT NULL, records BIGINT NOT NULL,
            score DOUBLE PRECISION NOT NULL, noise DOUBLE PRECISION NOT NULL, after_safe DOUBLE PRECISION NOT NULL,
            after_all DOUBLE PRECISION NOT NULL, flawless DOUBLE PRECISION NOT NULL,
            coverage DOUBLE PRECISION NOT NULL, not_evaluated INTEGER NOT NULL,
            opening BIGINT, new BIGINT, returned BIGINT, fixed BIGINT, accepted BIGINT, unchecked BIGINT,
            closing BIGINT, reinfected BIGINT
        )""",
        """CREATE TABLE part (
            run_id BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, score DOUBLE PRECISION NOT NULL,
            cells BIGINT NOT NULL, records BIGINT NOT NULL, PRIMARY KEY (run_id, kind, name)
        )""",
        """CREATE TABLE rule_run (
            run_id BIGINT NOT NULL, rule_id TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL,
            dimension TEXT NOT NULL, prevention TEXT NOT NULL, outcome TEXT NOT NULL, rows_checked BIGINT NOT NULL,
            findings BIGINT NOT NULL, accepted BIGINT NOT NULL, PRIMARY KEY (run_id, rule_id)
        )""",
        """CREATE TABLE metric (
            run_id BIGINT NOT NULL, metric_id TEXT NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL,
            unit_label TEXT NOT NULL, raw DOUBLE PRECISION, cleaned DOUBLE PRECISION, low DOUBLE PRECISION,
            high DOUBLE PRECISION, verdict TEXT NOT NULL, PRIMARY KEY (run_id, metric_id)
        )""",
        # What could be judged: fields that a source held.
        """CREATE TABLE held (
            run_id BIGINT NOT NULL, entity TEXT NOT NULL, source TEXT NOT NULL, field TEXT NOT NULL,
            PRIMARY KEY (run_id, entity, source, field)
        )""",
        """CREATE TABLE finding (
            id {key}, finding_key TEXT NOT NULL UNIQUE, rule_id TEXT NOT NULL, entity TEXT NOT NULL,
            source TEXT NOT NULL, field TEXT NOT NULL, record BIGINT, subject BIGINT, owner BIGINT
        )""",
        # A stretch of runs, from `opened` up to but not including `closed`, over which a finding had one state;
        # `since` is the run from which it has been there without a gap.
        """CREATE TABLE spell (
            finding_id BIGINT NOT NULL, opened BIGINT NOT NULL, closed BIGINT, state INTEGER NOT NULL,
            since BIGINT NOT NULL, PRIMARY KEY (finding_id, opened)
        )""",
        "CREATE INDEX spell_closed ON spell (closed, finding_id)",
        "CREATE INDEX finding_subject ON finding (subject)",
        "CREATE INDEX finding_record ON finding (record)",
    ),
)


def migrate(database: Database, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Brings the tables to the newest form, each step whole or not at all.

    Raises ConfigError for a history that a newer version has written.
    """
    database.execute("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    if _version(database) == len(migrations):
        return
    database.begin()
    try:
        version = _version(database)
        if version > len(migrations):
            raise ConfigError(
                f"The history was written by a newer version of crm-audit (its tables have version {version}, this "
                f"one knows {len(migrations)}).",
                hint="Install the newer version.",
            )
        for step in migrations[version:]:
            for statement in step:
                database.execute(statement.replace("{key}", database.key_type))
        database.execute("DELETE FROM meta WHERE name = 'schema_version'")
        database.insert("meta", ["name", "value"], [("schema_version", str(len(migrations)))])
        database.commit()
    except BaseException:
        database.rollback()
        raise


def _version(database: Database) -> int:
    found = database.query("SELECT value FROM meta WHERE name = 'schema_version'")
    return int(found["value"].iloc[0]) if len(found) else 0
