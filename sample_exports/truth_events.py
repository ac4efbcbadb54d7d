"""What is true about deals, forms, tickets, payments, users and mailings as written."""

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from assembly import Sample
from company import AS_OF
from exports import Record
from truth import ROLES, is_won, normal, received


def derive_events(sample: Sample) -> None:
    _deals(sample)
    _twins(sample)
    _money(sample)
    _forms(sample)
    _users(sample)
    known = {normal(record["email"]) for record in sample.contacts() if record["email"]}
    for ticket in sample.tables["ticket"]:
        if ticket["contact_email"] and normal(ticket["contact_email"]) not in known:
            ticket.flag("CON044", "contact_email")
        opened, closed = ticket.when("created_at"), ticket.when("closed_at")
        if opened and closed and closed < opened:
            ticket.flag("CON035", "closed_at", f"after {opened:%Y-%m-%d %H:%M}")
    for rows in (*(sample.tables[name] for name in ("payment", "ticket", "ads", "product")), *sample.activity.values()):
        _repeats(rows)


def _repeats(rows: list[Record]) -> None:
    """UNQ007: a row that says all that an earlier one of its file says."""
    seen = set()
    for row in rows:
        said = tuple(sorted((name, str(value)) for name, value in row.values.items()))
        if said in seen:
            row.flag("UNQ007", "at" if row.table == "activity" else "source_id", "once")
        seen.add(said)


def is_lost(deal: Record) -> bool:
    return deal.text("stage").lower() == "closed lost"


def _deals(sample: Sample) -> None:
    deals = sample.deals()
    days = Counter(deal["close_date"] for deal in deals if isinstance(deal["close_date"], date))
    for deal in deals:
        won, lost = is_won(deal), is_lost(deal)
        ongoing = not won and not lost
        amount, close, created = deal.number("amount"), deal["close_date"], deal.when("created_at")
        updated, activity = deal.when("updated_at"), deal.when("last_activity_at") or deal.when("last_activity_on")
        if deal["amount"] is None and not lost:
            deal.flag("CMP004", "amount")
        if lost and deal.table == "hs_deal" and not deal["lost_reason"]:
            deal.flag("CMP007", "lost_reason")
        if not deal["owner"]:
            deal.flag("CMP005", "owner")
        if not deal["lead_source"]:
            deal.flag("CMP003", "lead_source")
        if won and amount is not None and amount <= 0:
            deal.flag("VAL029", "amount")
        if isinstance(close, date):
            if ongoing and close < AS_OF.date():
                deal.flag("TIM002", "close_date")
            if not ongoing and created and close < created.date():
                deal.flag("CON031", "close_date")
            if days[close] >= 20:
                deal.flag("CON020", "close_date")
        chance = deal.number("probability")
        if chance is not None and ((won and chance < 1) or (lost and chance > 0)):
            deal.flag("CON032", "probability", "1" if won else "0")
        if created and updated and updated < created:
            deal.flag("CON033", "updated_at")
        if ongoing and (activity or updated):
            limit = AS_OF - timedelta(days=180)
            either = max(stamp for stamp in (activity, updated) if stamp) < limit
            if either != ((activity or updated or AS_OF) < limit):
                raise ValueError(f"whether deal {deal['source_id']} is silent depends on how one reads its dates")
            if either:
                deal.flag("TIM003", "last_activity_at")
        if ongoing and amount and amount > 50000 and deal["currency"] == "EUR" and not deal["next_step"]:
            deal.flag("OWN001", "next_step", "a next step")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _twins(sample: Sample) -> None:
    """UNQ004: same company and amount, closing within a week, and the same name, product or owner."""
    groups: dict[tuple[str, float], list[Record]] = defaultdict(list)
    for deal in sample.deals():
        amount = deal.number("amount")
        if deal.account and amount and isinstance(deal["close_date"], date):
            groups[deal.account, amount].append(deal)
    for deals in groups.values():
        for at, deal in enumerate(deals):
            if any(_same(deal, earlier) for earlier in deals[:at]):
                deal.flag("UNQ004", "source_id", deals[0].text("source_id"))


def _same(one: Record, other: Record) -> bool:
    first, second = one["close_date"], other["close_date"]
    assert isinstance(first, date) and isinstance(second, date)
    alike = _plain(one.text("name")) == _plain(other.text("name"))
    product = bool(one["product"]) and one["product"] == other["product"]
    owner = bool(one["owner"]) and one["owner"] == other["owner"]
    return abs((first - second).days) <= 7 and (alike or product or owner)


def _money(sample: Sample) -> None:
    """CON041 and CON042: won deals against what was paid and paid back."""
    paying = {x.account for x in received(sample)}
    first = min(x.when("paid_at") or AS_OF for x in sample.tables["payment"]).date()
    returned: dict[str, list[float]] = defaultdict(list)
    for payment in sample.tables["payment"]:
        amount = payment.number("amount") or 0
        if amount > 0 and (payment.number("refunded") or 0) >= amount:
            returned[payment.account].append(amount)
    for deal in sample.deals():
        amount, close = deal.number("amount") or 0, deal["close_date"]
        if not is_won(deal) or not deal.account:
            continue
        known = isinstance(close, date) and first <= close < (AS_OF - timedelta(days=60)).date()
        if known and deal.account not in paying:
            deal.flag("CON041", "stage", "no payment")
        if amount > 0 and any(abs(value / amount - 1) <= 0.01 for value in returned[deal.account]):
            deal.flag("CON042", "stage", "refunded in full")


def _forms(sample: Sample) -> None:
    contacts = sample.contacts()
    known = {normal(record["email"]) for record in contacts if record["email"]}
    ids = {record.text("source_id") for record in sample.tables["hs_contact"]}
    for form in ("form_demo", "form_guide"):
        rows = sorted(sample.tables[form], key=_moment)
        chains: dict[str, Record] = {}
        for at, row in enumerate(rows):
            email = normal(row["email"])
            if email in chains:
                _resubmission(row, _moment(row) - _moment(chains[email]))
            chains[email] = row
            for earlier in reversed(rows[:at]):
                if _moment(row) - _moment(earlier) > timedelta(hours=24):
                    break
                if normal(earlier["email"]) != email and _alike(row, earlier):
                    row.flag("UNQ013", "email", earlier.text("email"))
            near = [other for other in rows if abs(_moment(other) - _moment(row)) <= timedelta(seconds=10)]
            crowd = {normal(other["email"]) for other in near}
            if row["honeypot"] or len(crowd) >= 5 or "http" in row.text("first_name") + row.text("last_name"):
                row.flag("ACC010", "email", "a bot")
            if not row["honeypot"] and email not in known and row.text("contact_id") not in ids:
                row.flag("CMP010", "email", "no contact")


def _moment(row: Record) -> datetime:
    return row.when("submitted_at") or AS_OF


def _resubmission(row: Record, gap: timedelta) -> None:
    for rule, limit in (
        ("UNQ010", timedelta(seconds=10)),
        ("UNQ011", timedelta(minutes=10)),
        ("UNQ012", timedelta(hours=24)),
    ):
        if gap <= limit:
            row.flag(rule, "submitted_at", f"{gap.total_seconds():.0f} s after the first")
            return


def _alike(one: Record, other: Record) -> bool:
    name = all(one[n] and one[n] == other[n] for n in ("first_name", "last_name", "company_name"))
    phone = bool(one["phone"]) and one["phone"] == other["phone"]
    return name or phone


def _users(sample: Sample) -> None:
    for user in sample.tables["user"]:
        if user["active"] is not True:
            continue
        login = user.when("last_login_at")
        if login and login < AS_OF - timedelta(days=90):
            user.flag("TIM010", "last_login_at")
        if normal(user["email"]).partition("@")[0] in ROLES:
            user.flag("ACC030", "email")
