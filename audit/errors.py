"""Everything that may go wrong on the way, and what the process then says to its caller.

The tree::

    AuditError                  a message for the user: what, where, what to do next
    |-- UsageError              a wrong option, argument or command
    |-- ConfigError             audit.toml: a wrong key or value, with file and place
    |-- SourceError             a source that cannot be read at all
    |   `-- NothingReadable     not one source could be read
    |-- ReconciliationError     the accounts of a cleaning do not close; no output is released

A problem *in the data* is never an exception: it is a finding, or a row set aside and counted.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns.

    0  DONE          the audit ran; what it found is in the report
    1  GATE_FAILED   the audit ran and a ``--fail-on`` condition was met
    2  WRONG_USE     a wrong option, path, key or file, or nothing readable
    3  RULE_ERRORED  the audit ran, but a rule crashed or the accounts did not close
    """

    DONE = 0
    GATE_FAILED = 1
    WRONG_USE = 2
    RULE_ERRORED = 3


class AuditError(Exception):
    """Base of all errors meant for the user. `hint` says what to do next."""

    exit_code = ExitCode.WRONG_USE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(AuditError):
    """A wrong option, argument or command."""


class ConfigError(AuditError):
    """A wrong key or value in audit.toml."""


class SourceError(AuditError):
    """A source that cannot be read at all."""


class NothingReadable(SourceError):  # noqa: N818 - reads better without a suffix
    """Not one of the sources could be read."""


class ReconciliationError(AuditError):
    """Rows or money got lost between the raw and the cleaned tables."""

    exit_code = ExitCode.RULE_ERRORED
