"""How a command ends when something is wrong: one line with the next step, and an exit code."""

from typing import Any

import click

from audit.errors import AuditError, ExitCode


class AuditFailure(click.ClickException):
    """An error as the user sees it: one line with the next step, and its exit code."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return int(self.code)


class AuditGroup(click.Group):
    """A group whose commands end in one clear line, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AuditError as error:
            raise AuditFailure(str(error), error.exit_code) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            told = (
                f"internal error ({type(error).__name__}); please report it with the output of `crm-audit --debug ...`."
            )
            raise AuditFailure(told, ExitCode.RULE_ERRORED) from error
