"""The sections of the report, in the order in which they are read; each is plain data made from an AuditResult."""

from collections.abc import Callable

from reports.sections import (
    changes,
    duplicates,
    findings,
    first_screen,
    inventory,
    method,
    metrics,
    people,
    performance,
    scores,
    since_last,
    unchecked,
)
from reports.sections.blocks import Section
from reports.sections.view import View

SECTIONS: tuple[Callable[[View], Section], ...] = (
    first_screen.build,
    people.build,
    inventory.build,
    scores.build,
    findings.build,
    duplicates.build,
    metrics.build,
    performance.build,
    changes.build,
    since_last.build,
    unchecked.build,
    method.build,
)

__all__ = ["SECTIONS", "Section", "View"]
