# ruff: noqa: E501 - lines of exports stand as their systems write them
"""The further objects of each system: companies, orders, conversations, forms, members, users, cards."""

from pathlib import Path

import pandas as pd
import pytest

from audit.sources import load

CASES: list[tuple[str, str, str, str, str, dict[str, object]]] = [
    (
        "hubspot-crm-exports-all-companies-2026-01-02.csv",
        "Record ID,Company name,Company Domain Name,Company owner,Create Date,Industry,Number of Employees,Annual Revenue,Lifecycle Stage\n"
        "9001,Fromagerie Perrin,perrin.example,Inès Moreau,2024-03-12 09:14,FOOD_PRODUCTION,40,1200000,customer\n",
        "hubspot", "company", "account",
        {"source_id": "9001", "name": "Fromagerie Perrin", "domain": "perrin.example", "employees": 40.0},
    ),
    (
        "hubspot-crm-exports-all-tickets-2026-01-02.csv",
        "Ticket ID,Ticket name,Ticket status,Pipeline,Priority,Create date,Close date,Ticket owner,Ticket description,Source\n"
        "55,No login,Closed,Support,High,2024-03-12 09:14,2024-03-13 09:14,Bo,Cannot log in,EMAIL\n",
        "hubspot", "ticket", "ticket",
        {"source_id": "55", "subject": "No login", "priority": "High", "created_at": pd.Timestamp("2024-03-12 09:14")},
    ),
    (
        "CampaignMember.csv",
        "Id,IsDeleted,CampaignId,LeadId,ContactId,Status,HasResponded,CreatedDate,FirstRespondedDate\n"
        "00vbm00000aaaaaAAA,0,701bm00000bbbbbAAA,00Qbm00000Orxk5EAB,,Responded,1,2024-01-19T09:42:24.000+0000,2024-01-20\n",
        "salesforce", "campaign_member", "campaign_member",
        {"campaign_id": "701bm00000bbbbbAAA", "lead_id": "00Qbm00000Orxk5EAB", "responded": True},
    ),
    (
        "organizations-1.csv",
        "Organization - ID,Organization - Name,Organization - Address,Organization - Owner,Organization - People,Organization - Open deals,"
        "Organization - Organization created\n7,Bluebay Ltd,1 Main Street,Bo,3,1,2024-05-06 07:08:09\n",
        "pipedrive", "organization", "account",
        {"source_id": "7", "name": "Bluebay Ltd", "owner": "Bo"},
    ),
    (
        "Deals_001.csv",
        "Record Id,Deal Name,Account Name,Amount,Stage,Closing Date,Probability (%),Deal Owner,Created Time,Contact Name.id,Modified Time\n"
        "zcrm_4001,Solar roof,Acme,1500,Closed Won,2024-05-06,100,Bo,2024-05-01 10:00:00,zcrm_7,2024-05-06 10:00:00\n",
        "zoho", "deal", "deal",
        {"source_id": "4001", "name": "Solar roof", "status": "won", "amount": 1500.0, "probability": 1.0},
    ),
    (
        "All Accounts 1-2-2026 9-00-00 AM.csv",
        "(Do Not Modify) Account,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Account Name,Main Phone,Address 1: City,Primary Contact,Owner,Status\n"
        "a1b2,xyz,2026-01-02 09:00,Adventure Works,+1 555 0100,Redmond,Ann Lee,Bo,Active\n",
        "dynamics365", "account", "account",
        {"source_id": "a1b2", "name": "Adventure Works", "phone": "+1 555 0100", "city": "Redmond"},
    ),
    (
        "orders_export_1.csv",
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Country\n"
        "#1001,a@x.example,paid,2024-02-03 10:00:00 +0100,fulfilled,yes,EUR,90.00,5.00,5.00,100.00,2,Cheese,45.00,Ann Lee,DE\n",
        "shopify", "order", "payment",
        {"source_id": "#1001", "amount": 100.0, "currency": "EUR", "paid_at": pd.Timestamp("2024-02-03 09:00"), "email": "a@x.example"},
    ),
    (
        "users-export.csv",
        "id,name,email,role,created_at,last_login_at,time_zone,locale,suspended,tags,organization_id,ticket_restriction\n"
        "9,Ann,a@x.example,end-user,2024-04-14T10:02:00Z,2024-05-01T00:00:00Z,UTC,en-US,false,vip,3,requested\n",
        "zendesk", "user", "contact",
        {"source_id": "9", "email": "a@x.example"},
    ),
    (
        "activecampaign-deals.csv",
        'Deal ID,Deal Title,Deal Value,Currency,Pipeline,Stage,Status,Owner,Contact Email,Created Date,Forecasted Close Date\n'
        '12,New retainer,"$1,234.00",USD,Sales,Proposal,Won,Bo,a@x.example,2024-01-01 10:00:00,2024-02-01\n',
        "activecampaign", "deal", "deal",
        {"source_id": "12", "amount": 1234.0, "status": "won", "contact_email": "a@x.example"},
    ),
    (
        "activecampaign_deals.json",
        '[{"id":"12","title":"New retainer","value":"45678","currency":"usd","group":"1","stage":"2","status":"1","owner":"3","contact":"9",'
        '"organization":"4","cdate":"2019-06-30T10:44:34-05:00","mdate":"2019-07-01T10:44:34-05:00","winProbability":40,"hash":"ab"}]',
        "activecampaign", "deal_api", "deal",
        {"amount": 456.78, "currency": "usd", "status": "won", "created_at": pd.Timestamp("2019-06-30 15:44:34"), "contact_id": "9"},
    ),
    (
        "google_ads.json",
        '{"results":[{"campaign":{"id":"24126885583","name":"Brand"},"metrics":{"cost_micros":"1834560000","clicks":"210","impressions":"17134"},'
        '"segments":{"date":"2026-07-01"},"customer":{"currency_code":"GBP"}}]}',
        "google_ads", "report", "spend",
        {"amount": 1834.56, "currency": "GBP", "clicks": 210.0},
    ),
    (
        "intercom-conversations.json",
        '[{"id":"31","created_at":1704103200,"updated_at":1704106800,"state":"closed","priority":"not_priority","source":{"type":"email","subject":"Help",'
        '"body":"Please","author":{"email":"a@x.example","name":"Ann"}},"admin_assignee_id":7,"conversation_rating":{"rating":4},'
        '"statistics":{"time_to_first_close":60}}]',
        "intercom", "conversation", "ticket",
        {"source_id": "31", "status": "closed", "created_at": pd.Timestamp("2024-01-01 10:00"), "contact_email": "a@x.example"},
    ),
    (
        "Feedback (Responses) - Form Responses 1.csv",
        "Timestamp,Email Address,How did you like it?\n4/27/2021 11:02:10,a@x.example,Very much\n5/1/2021 9:00:00,b@x.example,So so\n",
        "google_forms", "google_forms", "form_submission",
        {"email": "a@x.example", "submitted_at": pd.Timestamp("2021-04-27 11:02:10")},
    ),
    (
        "wpforms-12-contact-2024-03-05-10-22-00.csv",
        'Name,Email,Comment or Message,Entry ID,Entry Date,Entry Notes,Viewed,Starred,User IP\n'
        'Ann Lee,a@x.example,Hello,77,"March 5, 2024 10:22 am",,Yes,No,192.0.2.1\n',
        "gravity_wpforms", "wpforms", "form_submission",
        {"source_id": "77", "email": "a@x.example", "submitted_at": pd.Timestamp("2024-03-05 10:22"), "message": "Hello"},
    ),
    (
        "linkedin_leads_2024.csv",
        "Lead ID,Submitted At,Lead Type,Test Lead,Account ID,Campaign Name,Creative ID,Form Name,Form ID,First Name,Last Name,Email Address,Company Name\n"
        "l-1,2024-05-03 14:22:11 UTC,Sponsored,false,5,Spring,6,Demo,9,Ann,Lee,a@x.example,Acme\n",
        "linkedin", "linkedin_leads", "form_submission",
        {"source_id": "l-1", "submitted_at": pd.Timestamp("2024-05-03 14:22:11"), "email": "a@x.example"},
    ),
    (
        "people.vcf",
        "BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:1\nFN:Ann Lee\nN:Lee;Ann;;;\nEMAIL:a@x.example\nTEL;TYPE=cell:+49 170 1234567\nORG:Acme\nEND:VCARD\n",
        "vcard", "card", "contact",
        {"full_name": "Ann Lee", "email": "a@x.example", "mobile": "+49 170 1234567", "company_name": "Acme"},
    ),
    (
        "inbox.mbox",
        "From a@x.example Sat Jan  5 09:14:16 2008\nFrom: Ann <a@x.example>\nTo: me@own.example\nSubject: Re: Offer\nDate: Sat, 5 Jan 2008 09:12:18 -0500\n\nunsubscribe me\n",
        "mail", "message", "activity",
        {"type": "unsubscribe_reply", "contact_email": "a@x.example", "at": pd.Timestamp("2008-01-05 14:12:18")},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case[2]}-{case[3]}" for case in CASES])
def test_further_objects(tmp_path: Path, case: tuple[str, str, str, str, str, dict[str, object]]) -> None:
    file, text, system, name, entity, cells = case
    (tmp_path / file).write_text(text, "utf-8")
    dataset = load([tmp_path])
    (info,) = dataset.sources
    assert (info.system, info.object, info.entity) == (system, name, entity), info.reason
    first = dataset[entity].frame.iloc[0]
    assert {field: first.get(field) for field in cells} == cells
    assert all(column.filled <= info.rows_read for column in info.mapping)


FORMATS = sorted(path.stem for path in (Path(__file__).parents[3] / "shared/formats").glob("[a-z]*.md"))


@pytest.mark.shared
@pytest.mark.parametrize("page", FORMATS)
def test_every_described_system_has_its_file(page: str) -> None:
    from audit.sources.systems import systems

    assert page.replace("-", "_").replace("mail_mbox_eml", "mail") in systems()


def test_a_list_of_people_from_linkedin_is_no_lead_form(tmp_path: Path) -> None:
    rows = "".join(f"Ann{place},Lee,a{place}@x.example,Acme,Buyer\n" for place in range(4))
    (tmp_path / "linkedin_leads.csv").write_text(f"First Name,Last Name,Email,Company Name,Job Title\n{rows}")
    (info,) = load([tmp_path]).sources
    assert info.entity == "contact"


def test_stages_of_deals_become_one_list(tmp_path: Path) -> None:
    """The stage stays the source's text; the status is open, won or lost in whatever way the source says it."""
    stages = ["closedwon", "Closed Lost", "Abgeschlossen und gewonnen", "Fermée perdue", "Menang", "Proposal", "Ganado"]
    lines = "".join(f"{place},Deal {place},{stage},100\n" for place, stage in enumerate(stages))
    (tmp_path / "deals.csv").write_text(f"Deal ID,Deal Name,Stage,Amount\n{lines}", "utf-8")
    deal = load([tmp_path])["deal"]
    assert deal["stage"].tolist() == stages
    assert deal["status"].tolist() == ["won", "lost", "won", "lost", "won", "open", "won"]


@pytest.mark.parametrize(
    ("cells", "days", "opinion"),
    [
        (["31/01/2024", "01/02/2024", "12/31/2023"], ["2024-01-31", "2024-02-01", "2023-12-31"], "mixed"),
        (["45292", "45323.5", "45350"], ["2024-01-01", "2024-02-01 12:00", "2024-02-28"], "serial"),
        (["1704067200", "1706788800", "1709164800"], ["2024-01-01", "2024-02-01 12:00", "2024-02-29"], "epoch-s"),
        (
            ["1704067200000", "1706788800000", "1709164800000"],
            ["2024-01-01", "2024-02-01 12:00", "2024-02-29"],
            "epoch-ms",
        ),
        (["03/15/98", "12/31/24", "01/02/70"], ["1998-03-15", "2024-12-31", "1970-01-02"], "month-first"),
        (
            ["2024-01-01T10:00:00Z", "2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00Z"],
            ["2024-01-01 10:00", "2024-01-01 08:00", "2024-01-01 10:00"],
            "iso",
        ),
    ],
)
def test_how_dates_are_read_and_said(tmp_path: Path, cells: list[str], days: list[str], opinion: str) -> None:
    rows = "".join(f"{place},p{place}@x.example,{cell}\n" for place, cell in enumerate(cells))
    (tmp_path / "contacts.csv").write_text(f"id,email,Created Date\n{rows}")
    dataset = load([tmp_path])
    assert dataset["contact"]["created_at"].tolist() == [pd.Timestamp(day) for day in days]
    assert dataset["contact"].text["created_at"].tolist() == cells
    said = {column.header: column.opinion for column in dataset.sources[0].mapping}
    assert said["Created Date"].startswith(opinion)


def test_how_amounts_are_read(tmp_path: Path) -> None:
    cells = ["$1,117.10K", "€ 2,000", "£1.5m", "(300.00)", "1234.5 USD"]
    rows = "".join(f'{place},Deal {place},Won,"{cell}"\n' for place, cell in enumerate(cells))
    (tmp_path / "deals.csv").write_text(f"Deal ID,Deal Name,Stage,Amount\n{rows}", "utf-8")
    deal = load([tmp_path])["deal"]
    assert deal["amount"].tolist() == [1_117_100.0, 2_000.0, 1_500_000.0, -300.0, 1234.5]
    assert deal["currency"].fillna("").tolist() == ["USD", "EUR", "GBP", "", "USD"]
    assert deal.text["amount"].tolist() == cells
