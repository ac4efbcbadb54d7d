"""The commented audit.toml that `init` writes: what was detected, where a user corrects it."""

from collections.abc import Sequence
from pathlib import Path

from audit.dataset import Dataset, SourceInfo
from audit.toml_text import literal

HEAD = """\
# crm-audit project file. Everything here has a default; a line that you correct always wins over what was detected.

title = "Customer data audit"
# The day the audit speaks of; without it, today.
# as_of = 2026-10-31
# Country assumed for phone numbers where a record names none (two letters), and the currency for totals.
# default_country = "ID"
# currency = "EUR"
"""

TAIL = """
[rules]
# Rules that do not run: crm-audit rules list
disable = []
# A rule that hits more than this share of a source's rows is told as one finding about the source.
systemic_share = 0.5

# Settings of single rules: crm-audit rules explain TIM001
# [rules.options.TIM001]
# threshold = 0.5

# Findings that are known and accepted are counted apart until they expire.
# [[accept]]
# rule = "VAL003"
# reason = "we sell to shops that only have a shared mailbox"
# owner = "sales operations"
# expires = 2027-06-30

# Rules of your own: the condition names the defect, in SQL over one row.
# [[own_rule]]
# id = "OWN001"
# title = "Large deal without next step"
# entity = "deal"
# field = "next_step"
# condition = "amount > 50000 AND status = 'open' AND next_step IS NULL"
# message = "an open deal of this size needs a next step"
# severity = "high"

# What was decided about pairs of records (crm-audit sample writes a worksheet), and sources that hold everybody once.
# [matching]
# decisions = "decisions.csv"
# unique_sources = ["Stripe"]

# How merged records become one: which is the master, which source is trusted, by what a field survives (master,
# most_recent, oldest, most_complete, longest, most_common, min, max, sum, events, most_restrictive, furthest, union, or
# a list of sources), and what must not differ within a source.
# [survivorship]
# master = ["paying", "mail", "links", "complete", "oldest"]
# [survivorship.contact]
# job_title = "most_recent"
# phone = ["HubSpot", "Salesforce"]
# [survivorship.hold]
# contact = ["national_id", "customer_id"]

# Every run is kept beside this file and compared with the one before. For a team: "postgresql://user:${PGPASSWORD}@host/db".
# [history]
# file = "audit-history.sqlite"

# End with exit code 1 if one of these holds.
# [gates]
# fail_on = ["score < 85", "new critical > 0", "metric win_rate verdict = 'do not report'"]

# Whom `run --notify` tells, as Apprise URLs with secrets from the environment, and when: gate, drop, failure, always.
# [alerts]
# to = ["mailto://audit:${MAIL_PASSWORD}@mail.example?to=team@example.com"]
# when = ["gate", "drop", "failure"]

# How often `run --if-due` audits (crm-audit schedule), and a log of how runs ended.
# [schedule]
# every = "month"
# [log]
# file = "audit.log"

[report]
language = "en"
# Mask people's names, addresses and numbers in the HTML report.
mask = true
# For whom: everything, executive, operations or client; the sections to show and those to leave out; own templates.
# audience = "client"
# sections = ["summary", "score", "findings", "method"]
# leave_out = ["people"]
# templates = "templates"

# In whose name the report stands. Texts may have **strong** words, points ("- ") and blank lines between paragraphs.
# [brand]
# title = "Customer data audit of 2026"
# client = "Halmera Instruments"
# author = "Brackwell Advisors"
# logo = "logo.png"
# colour = "#1a5580"
# intro = "What we looked at, and why."
# closing = "Questions: audit@example.com"

# Costs and gains of the CRM over the same period: crm-audit roi
# [investment]
# subscription = 12000
# implementation = 8000
# training = 2000
# personnel = 20000
# margin_uplift = 60000
# adjustments = { market = 5000 }
# scenarios = { low = 0.8, high = 1.2 }

# Fiscal year, goals and targets: metrics.csv lists the ids.
# [metrics]
# fiscal_year_start = 4
# goals = ["shorter_sales_cycle"]
# targets = { win_rate = 0.3 }
# target_period = "2026-Q3"
# period = [{ label = "Spring fair", start = 2026-04-01, end = 2026-05-01 }]

# What one unit of other currencies is worth in `currency`; without it they are never added.
# [currency_rates]
# date = 2026-10-31
# USD = 0.92

# What only you know of the business, and what records cost you.
# [business]
# employees = 40
# customer_cycle_days = 365
# first_reply_hours = 4
# [prices]
# contact_tiers = [{ up_to = 1000, per_year = 240 }, { up_to = 5000, per_year = 900 }]
# per_send = 0.004
# sends_per_year = 24
# minutes_per_duplicate = 5
# per_hour = 46
"""


def project_file(dataset: Dataset, paths: Sequence[Path | str]) -> str:
    """The text of an audit.toml for the files of `dataset`; the paths are those given on the command line."""
    named = ", ".join(literal(path.as_posix() if isinstance(path, Path) else path) for path in paths if path != "-")
    parts = [HEAD, f"# What to read, relative to this file.\npaths = [{named}]\n"]
    parts += [_file(info) for info in dataset.sources]
    return "".join([*parts, TAIL])


def _file(info: SourceInfo) -> str:
    lines = ["", "[[file]]", f"file = {literal(info.file)}"]
    if info.sheet:
        lines.append(f"sheet = {literal(info.sheet)}")
    if info.entity is None:
        lines += [f"# left out: {_comment(info.reason)}", '# entity = "contact"', "ignore = true"]
        return "\n".join(lines) + "\n"
    lines.append(
        f"# {_comment(info.system)} {_comment(info.object)}, {info.confidence:.0%} sure: {_comment(info.reason)}"
    )
    lines.append(f"entity = {literal(info.entity)}")
    if info.mapping:
        lines.append("[file.columns]")
    for column in info.mapping:
        line = f"{literal(column.header)} = {literal(column.field or '')}"
        why = "; ".join(part for part in (f"{column.confidence:.0%} {column.reason}", column.opinion) if part)
        # A header that occurs twice cannot be a key twice; what was detected for both stands.
        lines.append(f"{line}  # {_comment(why)}" if column.field else f"# {line}  # not mapped")
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return " ".join(text.split())
