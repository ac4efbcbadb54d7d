"""What is to be run, when and where."""

import re
from dataclasses import dataclass
from pathlib import Path

PERIODS = {"month": "monthly", "week": "weekly", "day": "daily"}


@dataclass(frozen=True)
class Plan:
    """A project's audit every month, week or day at `hour`:`minute`, from `folder`; all paths are absolute.

    `arguments` is the whole command line. `secrets` are the names of the environment variables that it needs.
    """

    folder: Path
    every: str
    hour: int
    minute: int
    arguments: tuple[str, ...]
    secrets: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name for the scheduler: letters, digits and dashes."""
        return f"crm-audit-{re.sub(r'[^a-z0-9]+', '-', self.folder.name.lower()).strip('-') or 'project'}"

    @property
    def cron_time(self) -> str:
        """When, in cron's five fields: the first of the month, Mondays, or every day."""
        days = {"month": "1 * *", "week": "* * 1", "day": "* * *"}[self.every]
        return f"{self.minute} {self.hour} {days}"
