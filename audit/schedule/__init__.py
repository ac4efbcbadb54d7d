"""How a project is audited by itself: the same plan in the form of each scheduler. None of them needs us to run."""

from audit.schedule.airflow import airflow
from audit.schedule.cron import cron, install_cron
from audit.schedule.github import github
from audit.schedule.plan import Plan
from audit.schedule.systemd import install_systemd, systemd
from audit.schedule.windows import windows

FORMS = {"cron": cron, "systemd": systemd, "windows": windows, "github": github, "airflow": airflow}
"""From a plan to the text to give to the scheduler."""
INSTALLERS = {"cron": install_cron, "systemd": install_systemd}
"""Those that can be set up from here; each says what it did."""

__all__ = ["FORMS", "INSTALLERS", "Plan"]
