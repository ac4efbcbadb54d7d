"""The files of the sample: which columns each system writes, how it writes a date, and how a record becomes a line."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

Value = str | int | float | bool | date | datetime | None


@dataclass
class Record:
    """One line of one file: canonical values by name (further columns by header), and what is true about it."""

    table: str
    values: dict[str, Value]
    person: str = ""
    account: str = ""
    defects: list[tuple[str, str, str]] = field(default_factory=list)
    row: int = 0
    planted: bool = False

    def __getitem__(self, name: str) -> Value:
        return self.values.get(name)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def when(self, name: str) -> datetime | None:
        """The value as a moment; None where blank or unreadable."""
        value = self.values.get(name)
        if isinstance(value, datetime):
            return value
        return datetime(value.year, value.month, value.day) if isinstance(value, date) else None

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) else None

    def flag(self, rule: str, name: str, truth: str = "") -> None:
        """Note a true instance of a rule on a field of this record, once."""
        if all(defect[:2] != (rule, name) for defect in self.defects):
            self.defects.append((rule, name, truth))


@dataclass(frozen=True)
class Export:
    """How a system writes a table. `columns` are header and canonical name (the header again where there is none)."""

    file: str
    entity: str
    columns: tuple[tuple[str, str], ...]
    moment: str = "%Y-%m-%d %H:%M"
    day: str = "%Y-%m-%d"
    moments_as_days: bool = False
    booleans: tuple[str, str] = ("false", "true")
    encoding: str = "utf-8"
    all_quoted: bool = False
    decimals: int = 2
    percent: float = 1
    sheet: str = ""
    preamble: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    archive: str = ""

    @property
    def path(self) -> str:
        """Where the file is found, inside its archive if it has one."""
        return f"{self.archive}/{self.file}" if self.archive else self.file

    def cell(self, name: str, value: Value) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.booleans[value]
        if isinstance(value, datetime):
            return value.strftime(self.day if self.moments_as_days else self.moment)
        if isinstance(value, date):
            return value.strftime(self.day)
        if name == "probability" and isinstance(value, float):
            return f"{value * self.percent:g}"
        if isinstance(value, float):
            return f"{value:.{self.decimals}f}"
        return str(value)


def _same(*headers: str) -> tuple[tuple[str, str], ...]:
    return tuple((header, header) for header in headers)


HUBSPOT_DAY = "2026-11-01"
MAILCHIMP = "mailchimp.zip"
MAILCHIMP_AUDIENCE = (
    ("Email Address", "email"), ("First Name", "first_name"), ("Last Name", "last_name"), ("Company", "company_name"),
    ("Phone Number", "phone"), *_same("MEMBER_RATING"), ("OPTIN_TIME", "opt_in_at"), *_same("OPTIN_IP"),
    ("CONFIRM_TIME", "confirmed_at"), *_same("CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF", "DSTOFF", "TIMEZONE"),
    ("CC", "country"), *_same("REGION"), ("LAST_CHANGED", "updated_at"), ("LEID", "source_id"), *_same("EUID", "NOTES"),
)  # fmt: skip

EXPORTS: dict[str, Export] = {
    "sf_account": Export(
        "Account.csv", "account",
        (
            ("Id", "source_id"), ("Name", "name"), ("Type", "type"), ("Industry", "industry"), ("Phone", "phone"),
            ("Website", "website"), ("BillingStreet", "street"), ("BillingCity", "city"), ("BillingState", "state"),
            ("BillingPostalCode", "postal_code"), ("BillingCountry", "country"), ("NumberOfEmployees", "employees"),
            ("AnnualRevenue", "annual_revenue"), ("OwnerId", "owner_id"), ("Owner.Name", "owner"),
            ("CreatedDate", "created_at"), ("LastModifiedDate", "updated_at"),
            *_same("Legacy_Industry__c", "Pricebook__c"),
        ),
        moment="%Y-%m-%dT%H:%M:%S.000Z",
    ),
    "sf_opportunity": Export(
        "Opportunity.csv", "deal",
        (
            ("Id", "source_id"), ("AccountId", "company_id"), ("Account.Name", "company_name"), ("Name", "name"),
            ("StageName", "stage"), ("Amount", "amount"), ("CurrencyIsoCode", "currency"),
            ("Probability", "probability"),
            ("CloseDate", "close_date"), ("Type", "type"), ("NextStep", "next_step"), ("LeadSource", "lead_source"),
            ("IsClosed", "is_closed"), ("IsWon", "is_won"), ("OwnerId", "owner_id"), ("Owner.Name", "owner"),
            ("CreatedDate", "created_at"), ("LastModifiedDate", "updated_at"), ("LastActivityDate", "last_activity_on"),
        ),
        moment="%Y-%m-%dT%H:%M:%S.000Z", percent=100,
    ),
    "mc_cleaned": Export(
        "cleaned_members_export_4f1c2a9b.csv", "contact",
        (*MAILCHIMP_AUDIENCE, ("CLEAN_TIME", "bounced_at"), *_same("CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID"),
        ("TAGS", "tags")),
        moment="%Y-%m-%d %H:%M:%S", archive=MAILCHIMP,
    ),
    "history": Export(
        "field_history.csv", "field_change",
        (
            ("Object", "object"), ("Record ID", "record_id"), ("Field", "field"), ("Old Value", "old_value"),
            ("New Value", "new_value"), ("Changed At", "changed_at"), ("Changed By", "changed_by"),
            ("Source", "change_source"),
        ),
        moment="%Y-%m-%d %H:%M:%S",
    ),
    "ads": Export(
        "google-ads-campaign-performance.csv", "spend",
        (
            *_same("Campaign status"), ("Campaign", "campaign"), ("Campaign ID", "campaign_id"), ("Month", "period"),
            ("Currency code", "currency"), ("Cost", "amount"), ("Impr.", "impressions"), ("Clicks", "clicks"),
            *_same("CTR", "Avg. CPC"), ("Conversions", "conversions"),
        ),
        preamble=("Campaign performance by month", '"November 1, 2024 - October 31, 2026"'),
    ),
    "hs_company": Export(
        f"hubspot-crm-exports-all-companies-{HUBSPOT_DAY}.csv", "account",
        (
            ("Record ID", "source_id"), ("Company name", "name"), ("Annual Revenue", "annual_revenue"),
            ("City", "city"),
            ("Company Domain Name", "domain"), ("Company owner", "owner"), ("Country/Region", "country"),
            ("Create Date", "created_at"), ("Industry", "industry"), ("Last Modified Date", "updated_at"),
            ("Lifecycle Stage", "lifecycle_stage"), ("Number of Employees", "employees"), ("Phone Number", "phone"),
            ("Postal Code", "postal_code"), ("Street Address", "street"), ("Type", "type"),
            ("Website URL", "website"), *_same("Cold rooms", "Secondary contact"),
        ),
    ),
    "hs_contact": Export(
        f"hubspot-crm-exports-all-contacts-{HUBSPOT_DAY}.csv", "contact",
        (
            ("Record ID", "source_id"), ("First Name", "first_name"), ("Last Name", "last_name"), ("City", "city"),
            ("Company Name", "company_name"), ("Contact owner", "owner"), ("Country/Region", "country"),
            ("Create Date", "created_at"), ("Email", "email"), ("Email hard bounce reason", "bounce_reason"),
            ("Industry", "industry"), ("Job Title", "job_title"), ("Last Activity Date", "last_activity_at"),
            ("Last marketing email click date", "last_click_at"), ("Last marketing email open date", "last_open_at"),
            ("Last Modified Date", "updated_at"), ("Lead Status", "lead_status"),
            ("Lifecycle Stage", "lifecycle_stage"),
            ("Marketing contact status", "marketing_status"), ("Message", "note"), ("Mobile Phone Number", "mobile"),
            ("Number of Form Submissions", "form_count"), ("Original Traffic Source", "lead_source"),
            ("Phone Number", "phone"),
            ("Unsubscribed from all email", "email_opt_out"), ("Associated Company IDs", "company_id"),
            ("Associated Deal IDs", "deal_ids"),
        ),
    ),
    "hs_deal": Export(
        f"hubspot-crm-exports-all-deals-{HUBSPOT_DAY}.csv", "deal",
        (
            ("Record ID", "source_id"), ("Deal Name", "name"), ("Deal Stage", "stage"), ("Amount", "amount"),
            ("Amount in company currency", "amount_base"), ("Close Date", "close_date"),
            ("Closed Lost Reason", "lost_reason"),
            ("Create Date", "created_at"), ("Currency", "currency"), ("Deal owner", "owner"),
            ("Deal probability", "probability"),
            ("Deal Type", "type"), ("Is Closed Won", "is_won"), ("Is Deal Closed?", "is_closed"),
            ("Last Activity Date", "last_activity_at"), ("Last Modified Date", "updated_at"),
            ("Next step", "next_step"),
            ("Original Traffic Source", "lead_source"), ("Pipeline", "pipeline"), ("Product", "product"),
            ("Quantity", "quantity"),
            ("Associated Company", "company_name"),
            ("Associated Company IDs", "company_id"), ("Associated Contact IDs", "contact_id"),
        ),
        day="%Y-%m-%d 00:00",
    ),
    "form_demo": Export(
        f"hubspot-form-submissions-demo-request-{HUBSPOT_DAY}.csv", "form_submission",
        (
            ("First Name", "first_name"), ("Last Name", "last_name"), ("Email", "email"), ("Phone Number", "phone"),
            ("Company Name", "company_name"), ("Country/Region", "country"),
            ("How many storage sites or vehicles do you monitor today?", "sites"), ("Message", "message"),
            ("Leave this field blank", "honeypot"),
            ("I agree to receive other communications from Halmera Instruments.", "consent"),
            ("Conversion Date", "submitted_at"), ("Conversion Page", "page"), ("Conversion Title", "page_title"),
            *_same("Contact first name", "Contact last name", "Contact email"), ("Contact ID", "contact_id"),
        ),
        moment="%Y-%m-%d %H:%M:%S", booleans=("", "Checked"),
    ),
    "form_guide": Export(
        f"hubspot-form-submissions-vaccine-storage-guide-{HUBSPOT_DAY}.csv", "form_submission",
        (
            ("First Name", "first_name"), ("Last Name", "last_name"), ("Email", "email"),
            ("Company Name", "company_name"),
            ("Job Title", "job_title"), ("Leave this field blank", "honeypot"),
            ("I agree to receive other communications from Halmera Instruments.", "consent"),
            ("Conversion Date", "submitted_at"), ("Conversion Page", "page"), ("Conversion Title", "page_title"),
            *_same("Contact first name", "Contact last name", "Contact email"), ("Contact ID", "contact_id"),
        ),
        moment="%Y-%m-%d %H:%M:%S", booleans=("", "Checked"),
    ),
    "product": Export(
        "products.csv", "product",
        (
            ("Product ID", "source_id"), ("Product name", "name"), ("Category", "category"),
            ("Unit price", "price"), ("Currency", "currency"),
        ),
    ),
    "excel": Export(
        "key-accounts-dach-brandstaetter.xlsx", "contact",
        (
            ("Name", "full_name"), ("Company", "company_name"), ("Position", "job_title"), ("E-mail", "email"),
            ("Phone", "phone"), ("City", "city"), ("Country", "country"), ("Last contact", "last_contacted_at"),
            ("Lifecycle", "lifecycle_stage"), ("Created", "created_at"), ("Fair 2026", "Fair 2026"),
            ("Notes", "note"),
        ),
        sheet="Key accounts",
        preamble=("Key accounts and warm contacts DACH/Benelux", "T. Brandstätter, as of 30 October 2026", ""),
    ),
    "sf_lead": Export(
        "report1793523600000.csv", "contact",
        (
            ("Lead ID", "source_id"), ("Lead Owner", "owner"), ("First Name", "first_name"), ("Last Name", "last_name"),
            ("Full Name", "full_name"),
            ("Title", "job_title"), ("Company / Account", "company_name"), ("Email", "email"), ("Phone", "phone"),
            ("Mobile", "mobile"), ("City", "city"),  ("Zip/Postal Code", "postal_code"), ("Country", "country"),
            ("Lead Source", "lead_source"),
            ("Lead Status", "lead_status"), ("Industry", "industry"), ("Create Date", "created_at"),
            ("Last Modified", "updated_at"), ("Last Activity", "last_activity_at"), ("Converted", "converted"),
            ("Email Opt Out", "email_opt_out"), ("Description", "note"),
        ),
        moment="%d/%m/%Y", day="%d/%m/%Y", moments_as_days=True, booleans=("0", "1"), encoding="latin-1",
        all_quoted=True,
        footer=(
            "", '"All Brackwell leads"', '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."',
            '"Confidential Information - Do Not Distribute"', '"Generated By:  Imelda Frobisher  01/11/2026 08:40"',
            '"Brackwell Telemetry Ltd"',
        ),
    ),
    "mc_subscribed": Export(
        "subscribed_members_export_4f1c2a9b.csv", "contact", (*MAILCHIMP_AUDIENCE, ("TAGS", "tags")),
        moment="%Y-%m-%d %H:%M:%S", archive=MAILCHIMP,
    ),
    "stripe_customer": Export(
        "unified_customers.csv", "contact",
        (
            ("id", "source_id"), ("Description", "note"), ("Email", "email"), ("Name", "full_name"),
            ("Created (UTC)", "created_at"), *_same("Delinquent", "Plan"), ("Status", "subscription_status"),
            ("Total Spend", "value"), ("Payment Count", "payment_count"),
            *_same("Refunded Volume", "Dispute Losses"), ("company (metadata)", "company_name"),
        ),
    ),
    "payment": Export(
        "unified_payments.csv", "payment",
        (
            ("id", "source_id"), ("Description", "description"), ("Created date (UTC)", "paid_at"),
            ("Amount", "amount"), ("Amount Refunded", "refunded"), ("Currency", "currency"),
            ("Converted Amount", "amount_base"),
            ("Converted Currency", "currency_base"), ("Fee", "fee"),
            ("Status", "status"), *_same("Decline Reason"), ("Customer ID", "customer_id"), ("Customer Email", "email"),
            ("Captured", "captured"), ("Refunded date (UTC)", "refunded_at"),
        ),
        moment="%Y-%m-%d %H:%M:%S",
    ),
    "mc_unsubscribed": Export(
        "unsubscribed_members_export_4f1c2a9b.csv", "contact",
        (
            *MAILCHIMP_AUDIENCE, ("UNSUB_TIME", "unsubscribed_at"),
            *_same("UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON"),
            *_same("UNSUB_REASON_OTHER"), ("TAGS", "tags"),
        ),
        moment="%Y-%m-%d %H:%M:%S", archive=MAILCHIMP,
    ),
    "user": Export(
        "users.csv", "user",
        (
            ("id", "source_id"), ("name", "full_name"), ("email", "email"), ("role", "role"), ("team", "team"),
            ("active", "active"), ("last_login", "last_login_at"), ("created", "created_at"),
        ),
    ),
    "ticket": Export(
        "zendesk-all-tickets.csv", "ticket",
        (
            *_same("Summation column"), ("Id", "source_id"), ("Requester", "contact_name"),
            ("Requester email", "contact_email"), ("Assignee", "owner"), ("Group", "team"), ("Subject", "subject"),
            ("Tags", "tags"), ("Status", "status"), ("Priority", "priority"), ("Via", "channel"),
            ("Ticket type", "type"),
            ("Created at", "created_at"), ("Updated at", "updated_at"), ("Solved at", "closed_at"),
            ("Organization", "company_name"), ("Resolution time", "resolution_hours"), ("Satisfaction Score", "csat"),
            *_same("Replies"), ("First reply time in minutes", "first_reply_minutes"),
        ),
        decimals=1,
        footer=(
            # Two lines that a quick edit in a text editor broke: one cell too many, one line cut short.
            '1,48803,Tobias Kern,t.kern@halmera.example,Freya Lindholm,Support,Gateway offline, again,vip,Solved,'
            "Normal,Mail,Incident,2026-10-21 09:12,2026-10-22 10:02,2026-10-22 10:02,,24.8,Good,2,31",
            "1,48804,Mira Sandrock,m.sandrock@halmera.example,Ng Shu Ting,Support,Label",
        ),
    ),
}  # fmt: skip


def member_activity(campaign: str) -> Export:
    """Mailchimp's activity of the members of one campaign."""
    return Export(
        f"member_activity_{campaign}.csv",
        "activity",
        (
            ("Email Address", "contact_email"),
            ("Action", "type"),
            ("Timestamp", "at"),
            ("URL", "URL"),
            ("Campaign Title", "campaign"),
        ),
        moment="%Y-%m-%d %H:%M:%S",
        archive=MAILCHIMP,
    )


def write(files: Sequence[tuple[Export, Sequence[Record]]], folder: Path) -> None:
    """Write all files and number the records of each from 1. There is no clock in any of them."""
    archives: dict[str, zipfile.ZipFile] = {}
    for export, records in files:
        for number, record in enumerate(records, 1):
            record.row = number
        if export.archive:
            if export.archive not in archives:
                archives[export.archive] = zipfile.ZipFile(folder / export.archive, "w")
            member = zipfile.ZipInfo(export.file, date_time=(2026, 11, 1, 8, 0, 0))
            archives[export.archive].writestr(member, _text(export, records), zipfile.ZIP_DEFLATED)
        elif export.file.endswith(".xlsx"):
            _write_workbook(export, records, folder / export.file)
        else:
            (folder / export.file).write_bytes(_text(export, records))
    for archive in archives.values():
        archive.close()


def _text(export: Export, records: Sequence[Record]) -> bytes:
    lines = [[export.cell(name, record.values.get(name)) for _, name in export.columns] for record in records]
    headers = [header for header, _ in export.columns]
    out = io.StringIO(newline="")
    out.writelines(f"{line}\n" for line in export.preamble)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if export.all_quoted else csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(lines)
    out.writelines(f"{line}\n" for line in export.footer)
    return out.getvalue().encode(export.encoding)


def _write_workbook(export: Export, records: Sequence[Record], path: Path) -> None:
    headers = [header for header, _ in export.columns]
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_numbers": False, "strings_to_urls": False, "strings_to_formulas": False}
    )
    book.set_properties({"created": datetime(2026, 10, 30, 16, 5)})
    sheet = book.add_worksheet(export.sheet)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
    for number, line in enumerate(export.preamble):
        sheet.write_string(number, 0, line)
    top = len(export.preamble)
    sheet.write_row(top, 0, headers, bold)
    for number, record in enumerate(records, top + 1):
        for column, (_, name) in enumerate(export.columns):
            value = record.values.get(name)
            if isinstance(value, datetime):
                sheet.write_datetime(number, column, value.replace(hour=0, minute=0, second=0), day)
            elif value is not None:
                sheet.write_string(number, column, str(value))
    sheet.set_column(0, len(headers) - 1, 24)
    book.close()
