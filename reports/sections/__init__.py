"""The sections of the report, in the order in which they are read; each is plain data made from an AuditResult."""

from collections.abc import Callable, Mapping

from reports.sections import (
    changes,
    duplicates,
    essentials,
    fields,
    findings,
    first_screen,
    inventory,
    method,
    metrics,
    people,
    performance,
    review,
    scores,
    sign_off,
    since_last,
    to_do,
    unchecked,
    verified,
)
from reports.sections.blocks import Section
from reports.sections.view import View

SECTIONS: Mapping[str, Callable[[View], Section]] = {
    "summary": first_screen.build,
    "essentials": essentials.build,
    "to_do": to_do.build,
    "people": people.build,
    "inventory": inventory.build,
    "fields": fields.build,
    "score": scores.build,
    "verified": verified.build,
    "findings": findings.build,
    "duplicates": duplicates.build,
    "review": review.build,
    "metrics": metrics.build,
    "performance": performance.build,
    "changes": changes.build,
    "since": since_last.build,
    "unchecked": unchecked.build,
    "method": method.build,
    "sign_off": sign_off.build,
}
"""By the name that audit.toml knows them by, in the order in which they are read; `audience` says who gets which."""

__all__ = ["SECTIONS", "Section", "View"]
