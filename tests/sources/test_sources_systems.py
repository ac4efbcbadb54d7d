# ruff: noqa: E501 - lines of exports and mails stand as their systems write them
"""One small export per system and object, in that system's own headers and spellings, and what must come out."""

from pathlib import Path

import pandas as pd
import pytest

from audit.dataset import Dataset
from audit.sources import load
from audit.sources.systems import systems


def loaded(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Dataset:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return load([folder])


# file name, its text, system, object, entity, and cells of the first record: field -> value (None: blank)
CASES: list[tuple[str, str, str, str, str, dict[str, object]]] = [
    (
        "hubspot-crm-exports-all-contacts-2026-01-02.csv",
        "Record ID,First Name,Last Name,Email,Email hard bounce reason,Email hard bounce reason,Contact owner,Lifecycle Stage,"
        "Create Date,Unsubscribed from all email,Associated Company IDs,Company Name\n"
        "901,Gaëlle,Perrin,g.perrin@example.fr,UNKNOWN_USER,,Inès Moreau,Lead,2024-03-12 09:14,true,9001;9002,Fromagerie\n",
        "hubspot", "contact", "contact",
        {
            "source_id": "901", "email": "g.perrin@example.fr", "bounce_reason": "UNKNOWN_USER", "email_bounced": True,
            "email_opt_out": True, "created_at": pd.Timestamp("2024-03-12 09:14"), "record_type": "contact",
        },
    ),
    (
        "deals.csv",
        "hs_object_id,dealname,dealstage,pipeline,amount,closedate,createdate,hubspot_owner_id\n"
        "7,Bluebay,closedwon,default,15000,2026-12-01T00:00:00Z,1735725600000,77\n",
        "hubspot", "deal", "deal",
        {"name": "Bluebay", "status": "won", "amount": 15000.0, "created_at": pd.Timestamp("2025-01-01 10:00")},
    ),
    (
        "hubspot-form-submissions-demo-2026-01-01.csv",
        "Email,First Name,Your needs,Conversion Date,Conversion Page,Conversion Title,Contact ID\n"
        "a@b.example,Ann,none,2020-04-28 14:31,https://x.example/p,Pricing,901\n",
        "hubspot", "form_submission", "form_submission",
        {"email": "a@b.example", "contact_id": "901", "submitted_at": pd.Timestamp("2020-04-28 14:31")},
    ),
    (
        "Lead.csv",
        "Id,IsDeleted,LastName,FirstName,Company,Email,Status,LeadSource,IsConverted,OwnerId,CreatedDate,SystemModstamp\n"
        "00Qbm00000Orxk5,,Boxer,Bertha,Coop,b@fcof.example,New,Web,1,005bm00000NCJmQAAX,2024-01-19T09:42:24.000+0000,\n"
        "00Qbm00000Orxk6EAB,,Cook,Carl,Coop,c@fcof.example,New,Web,,000000000000000AAA,2024-01-19T09:42:24.000+0000,\n",
        "salesforce", "lead", "contact",
        {
            "source_id": "00Qbm00000Orxk5EAB", "record_type": "lead", "converted": True,
            "created_at": pd.Timestamp("2024-01-19 09:42:24"), "owner_id": "005bm00000NCJmQAAX",
        },
    ),
    (
        "Opportunity.csv",
        "Id,AccountId,Name,StageName,Amount,Probability,CloseDate,IsClosed,IsWon,ForecastCategoryName\n"
        "006bm00000LKJNNAA5,001bm00001ZL8U9AAL,Generators,Negotiation,15000,10,2024-02-03,1,,Closed\n"
        "006bm00000LKJNOAA5,001bm00001ZL8U9AAL,More,Signed up,100,100,2024-02-03,1,1,Closed\n",
        "salesforce", "opportunity", "deal",
        {"status": "lost", "probability": 0.1, "close_date": pd.Timestamp("2024-02-03"), "amount": 15000.0},
    ),
    (
        "ContactHistory.csv",
        "Id,IsDeleted,ContactId,CreatedById,CreatedDate,Field,DataType,OldValue,NewValue\n"
        "017bm0000000001AAA,0,003bm00000zapthAAA,005bm00000NCJmQAAX,2024-01-19 09:42:24,Email,EMail,a@x.example,b@x.example\n",
        "salesforce", "field_history", "field_change",
        {"object": "contact", "record_id": "003bm00000zapthAAA", "field": "Email", "new_value": "b@x.example"},
    ),
    (
        "cleaned_members_export_12ab.csv",
        '"Email Address","First Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CC,LAST_CHANGED,LEID,EUID,TAGS\n'
        'm.white@example.edu,Maya,2,"2016-04-18 13:51:14",,"2016-04-18 13:51:14",US,"2016-04-18 14:00:32",55331253,89501affba,'
        '"""VIP"",""Blog"""\n',
        "mailchimp", "audience", "contact",
        {"source_id": "55331253", "email_bounced": True, "marketing_status": "cleaned", "tags": "VIP;Blog", "country": "US"},
    ),
    (
        "unsubscribed_members_export_12ab.csv",
        "Email Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,EUID,UNSUB_TIME,UNSUB_CAMPAIGN_ID,UNSUB_CAMPAIGN_ID\n"
        "m@example.edu,2,2016-04-18 13:51:14,,1,2,2020-01-01 00:00:00,x,y\n",
        "mailchimp", "audience", "contact",
        {"email_opt_out": True, "email_bounced": False, "unsubscribed_at": pd.Timestamp("2020-01-01")},
    ),
    (
        "campaigns.csv",
        "Title,Subject,List,Send Date,Total Recipients,Successful Deliveries,Soft Bounces,Hard Bounces,Unique Opens,Open Rate,"
        'Unique Clicks,Unsubscribes,Abuse Complaints,Unique Id,Total Revenue\nJune,Hi,Main,"Jun 09, 2018 09:30 pm",110,108,1,1,30,'
        "27.78%,7,0,0,17671f6028,0\n",
        "mailchimp", "campaign", "campaign",
        {"name": "June", "date": pd.Timestamp("2018-06-09 21:30"), "sent": 110.0, "hard_bounces": 1.0},
    ),
    (
        "unified_payments.csv",
        "id,Description,Created date (UTC),Amount,Amount Refunded,Currency,Converted Amount,Fee,Status,Customer ID,Customer Email,"
        'Captured\nch_3Nabc,Sub,2026-08-14 06:00:00,"1,024.00",0.00,usd,1000.10,0.99,Paid,cus_9s6XKz,a@x.example,true\n',
        "stripe", "payment", "payment",
        {"amount": 1024.0, "currency": "usd", "captured": True, "paid_at": pd.Timestamp("2026-08-14 06:00")},
    ),
    (
        "unified_customers.csv",
        "id,Description,Email,Name,Created (UTC),Delinquent,Plan,Status,Total Spend,Payment Count,Refunded Volume,Dispute Losses\n"
        "cus_123456789,,a@x.example,Ann Lee,2026-07-01 12:00,false,p1,active,120.00,4,0.00,0.00\n",
        "stripe", "customer", "contact",
        {"source_id": "cus_123456789", "value": 120.0, "payment_count": 4.0, "record_type": "customer"},
    ),
    (
        "all-tickets.csv",
        "Summation column,Id,Requester,Requester id,Requester email,Assignee,Group,Subject,Tags,Status,Priority,Via,Created at,"
        "Solved at\n1,3521,Ann,9,a@x.example,Bo,Support,Help,vip billing,Closed,-,Web form,2024-04-14 10:02,\n",
        "zendesk", "ticket", "ticket",
        {"source_id": "3521", "tags": "vip;billing", "priority": None, "contact_email": "a@x.example"},
    ),
    (
        "Campaign performance.csv",
        'Campaign performance\n"July 1, 2026 - July 31, 2026"\nCampaign status,Campaign,Campaign ID,Day,Currency code,Cost,Impr.,'
        'Clicks,CTR,Conversions\nEnabled,Brand,24126885583,2026-07-01,GBP,"1,834.56","17,134",210,1.2%,3.5\n'
        'Total: Account, --, --, --,GBP,"1,834.56","17,134",210,1.2%,3.5\n',
        "google_ads", "report", "spend",
        {"amount": 1834.56, "impressions": 17134.0, "period": pd.Timestamp("2026-07-01"), "channel": "Google Ads"},
    ),
    (
        "deals-123.csv",
        "Deal - ID,Deal - Title,Deal - Owner,Deal - Value,Deal - Currency of Value,Deal - Organization,Deal - Stage,Deal - Status,"
        "Deal - Deal created,Deal - Won time,Deal - Deal closed on,Deal - Expected close date\n"
        "1001,Example,Ann,57600,PLN,Example Sp. z o.o.,Negotiations,Won,2025-01-20 10:00:00,2025-03-10 11:00:00,2025-03-10 11:00:00,\n"
        "1002,Other,Ann,10,PLN,Example,Negotiations,Open,2025-01-20 10:00:00,,,2025-05-01\n",
        "pipedrive", "deal", "deal",
        {"status": "won", "stage": "Negotiations", "company_name": "Example Sp. z o.o.", "close_date": pd.Timestamp("2025-03-10")},
    ),
    (
        "people-1.csv",
        "ID,Name,Organization,Email - Work,Email - Home,Phone - Work,Phone - Mobile,Marketing status,Person created\n"
        "5,Ann Lee,Acme,,ann@home.example,+1 555 0100 22,,Bounced,2025-01-20 10:00:00\n",
        "pipedrive", "person", "contact",
        {"email": "ann@home.example", "email_bounced": True, "company_name": "Acme"},
    ),
    (
        "Leads_2026_02_10.csv",
        "Record Id,Lead Owner.id,Lead Owner,Is Converted,Company,First Name,Last Name,Email,Lead Status,Created Time,Modified Time,"
        "Last Activity Time,Tag\nzcrm_5361160000018001,zcrm_659001,Adam Kane,false,Acme,Ann,Lee,a@x.example,-None-,"
        "2026-08-28 10:00:00,2026-08-28 10:00:00,,\"a,b\"\n",
        "zoho", "lead", "contact",
        {"source_id": "5361160000018001", "owner": "Adam Kane", "lead_status": None, "tags": "a;b", "record_type": "lead"},
    ),
    (
        "My Active Contacts.csv",
        "(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Full Name,Email,Company Name,Business Phone,"
        "Do not allow Emails\nc41df91e-bd14-f011-9989-6045bd077ae5,abc=,5/20/2024 7:42,Jane Doe,j@x.example,Example Corp,425-555-0100,"
        "Do Not Allow\n",
        "dynamics365", "contact", "contact",
        {"source_id": "c41df91e-bd14-f011-9989-6045bd077ae5", "email_opt_out": True, "full_name": "Jane Doe"},
    ),
    (
        "Open Opportunities.csv",
        "Topic,Potential Customer,Est. revenue,Actual Revenue,Est. close date,Actual Close Date,Status,Status Reason,Sales Stage\n"
        "10 machines,Example Corp,12000,11500,8/30/2024,6/25/2024,Lost,Canceled,Close\nMore,Example Corp,\"$9,000.00\",,9/30/2024,,Open,,Qualify\n",
        "dynamics365", "opportunity", "deal",
        {"status": "lost", "amount": 11500.0, "close_date": pd.Timestamp("2024-06-25"), "lost_reason": "Canceled"},
    ),
    (
        "Demo_Leads_2026-03-01_2026-03-31.csv",
        "id,created_time,ad_id,ad_name,campaign_id,campaign_name,form_id,form_name,is_organic,platform,full_name,email,phone_number\n"
        "l:1508875954280849,2026-03-14T18:22:10-03:00,ag:1,Ad,c:700,Spring,f:9,Demo,false,ig,Ana Souza,ana@x.example,p:+5511999999999\n",
        "facebook_lead_ads", "lead", "form_submission",
        {"source_id": "1508875954280849", "phone": "+5511999999999", "submitted_at": pd.Timestamp("2026-03-14 21:22:10")},
    ),
    (
        "customers_export.csv",
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,City,Zip,Phone,Accepts SMS Marketing,"
        "Total Spent,Total Orders,Tags,Note,Tax Exempt\n'6412345678901,Ann,Lee,a@x.example,no,,1 Main St,Bern,'01234,'+15551234567,no,"
        "120.50,3,\"vip, wholesale\",,no\n",
        "shopify", "customer", "contact",
        {"source_id": "6412345678901", "phone": "+15551234567", "postal_code": "01234", "email_opt_out": True, "tags": "vip;wholesale"},
    ),
    (
        "responses-abc-123.csv",
        "#,What is your e-mail?,Start Date (UTC),Submit Date (UTC),Network ID\n"
        "068127e3d5e9ca5f5fac8e04fa692a9e,ann@x.example,2018-04-03 09:05:14,2018-04-03 09:05:40,d3560842b2\n"
        "168127e3d5e9ca5f5fac8e04fa692a9e,bob@x.example,2018-04-03 09:05:14,2018-04-03 09:06:40,d3560842b2\n",
        "typeform", "typeform", "form_submission",
        {"source_id": "068127e3d5e9ca5f5fac8e04fa692a9e", "submitted_at": pd.Timestamp("2018-04-03 09:05:40"), "email": "ann@x.example"},
    ),
    (
        "contact-2024-01-01.csv",
        "Name (First),Name (Last),Email,Message,Created By (User Id),Entry Id,Entry Date,Source Url,User Agent,User IP\n"
        "Ann,Lee,a@x.example,Hi,,1234,2016-03-01 12:00:00,https://x.example/?utm_source=a,Mozilla,192.0.2.1\n",
        "gravity_wpforms", "gravity", "form_submission",
        {"source_id": "1234", "first_name": "Ann", "message": "Hi", "ip": "192.0.2.1"},
    ),
    (
        "contacts.csv",
        "First Name,Middle Name,Last Name,Name Prefix,File As,Organization Name,Organization Title,Birthday,Labels,E-mail 1 - Label,"
        "E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Value\nAda,,Byron,,,Acme,CEO,1990-04-12,* friends ::: * myContacts,* Work,"
        "a@x.example,b@x.example ::: c@x.example,+48 123 456 789\n",
        "google_contacts", "contact", "contact",
        {"email": "a@x.example", "other_emails": "b@x.example;c@x.example", "company_name": "Acme", "job_title": "CEO"},
    ),
    (
        "contacts-outlook.csv",
        "Title,First Name,Last Name,Company,Job Title,Business Street,Business City,Business Phone,Home Phone,Mobile Phone,Categories,"
        "E-mail Address,E-mail 2 Address,Birthday,Sensitivity,Web Page\nMr.,Jörg,Lee,Acme,Buyer,1 Main,Bern,+41 44 668 18 00,,,"
        "Friends;Open,j@x.example,,0/0/00,Normal,\n",
        "outlook", "contact", "contact",
        {"salutation": "Mr.", "job_title": "Buyer", "date_of_birth": pd.NaT, "tags": "Friends;Open"},
    ),
    (
        "Connections.csv",
        'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing."\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        'Priya,Sharma,https://www.linkedin.com/in/priya-1a2b,,"Stripe, Inc.",CTO,12 Mar 2024\n',
        "linkedin", "connection", "contact",
        {"linkedin_url": "https://www.linkedin.com/in/priya-1a2b", "created_at": pd.Timestamp("2024-03-12"), "company_name": "Stripe, Inc."},
    ),
    (
        "activecampaign-contacts.csv",
        "Contact ID,Email,First Name,Last Name,Customer Account,Tags,Status,Date Created\n"
        '1234,jane@acme.example,Jane,Doe,Acme,"vip, newsletter",Unsubscribed,2019-06-30 10:44:34\n',
        "activecampaign", "contact", "contact",
        {"source_id": "1234", "email_opt_out": True, "tags": "vip;newsletter", "company_name": "Acme"},
    ),
    (
        "intercom-users.csv",
        "Name,Email,User ID,Signed up (UTC),Last seen (UTC),Web sessions,Unsubscribed from Emails,Has hard bounced,Marked email as spam\n"
        "Joe Example,joe@x.example,530370b477ad7120001d,2024-01-01 10:00:00,2024-02-01 10:00:00,4,false,true,false\n",
        "intercom", "person", "contact",
        {"source_id": "530370b477ad7120001d", "email_bounced": True, "created_at": pd.Timestamp("2024-01-01 10:00")},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{case[2]}-{case[3]}-{place}" for place, case in enumerate(CASES)])
def test_export_of_a_system(tmp_path: Path, case: tuple[str, str, str, str, str, dict[str, object]]) -> None:
    file, text, system, name, entity, cells = case
    dataset = loaded(tmp_path, file, text)
    (info,) = dataset.sources
    assert (info.system, info.object, info.entity) == (system, name, entity), info.reason
    assert info.source == systems()[system].label
    first = dataset[entity].frame.iloc[0]
    found = {field: first.get(field) for field in cells}
    for field, value in cells.items():
        if value is None or value is pd.NaT:
            assert pd.isna(found[field]), (field, found[field])
        else:
            assert found[field] == value, (field, found[field])
    assert dataset[entity].lineage["row"].iloc[0] == 1


def test_latin1_report_and_utf16_leads(tmp_path: Path) -> None:
    report = (
        '"Lead ID","Lead Owner","First Name","Last Name","Company / Account","Email","Lead Status"\n'
        '"00Qbm00000Orxk5","Zoë Ågren","Jörg","Weiß","Köln GmbH","j@x.example","New"\n'
    )
    dataset = loaded(tmp_path / "a", "report1642777476321.csv", report, "latin-1")
    assert dataset["contact"]["last_name"].tolist() == ["Weiß"]
    meta = "id\tcreated_time\tad_id\tcampaign_id\tform_id\tis_organic\tplatform\temail\nl:1\t2026-03-14T18:22:10Z\t\t\tf:1\ttrue\tfb\tç@x.example\n"
    dataset = loaded(tmp_path / "b", "form_Leads_2026-03-01_2026-03-31.xls", meta, "utf-16")
    assert dataset["form_submission"]["email"].tolist() == ["ç@x.example"]


def test_snapshots_of_opportunities_become_changes(tmp_path: Path) -> None:
    text = (
        "Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount,CloseDate,ForecastCategory\n"
        "008a,006bm00000LKJNNAA5,005bm00000NCJmQAAX,2024-02-01 10:00:00,Won,100,2024-03-01,Closed\n"
        "008b,006bm00000LKJNNAA5,005bm00000NCJmQAAX,2024-01-01 10:00:00,Open,100,2024-03-01,Pipeline\n"
    )
    dataset = loaded(tmp_path, "OpportunityHistory.csv", text)
    changes = dataset["field_change"]
    stages = changes.frame[changes["field"] == "stage"]
    assert sorted(zip(stages["old_value"].fillna(""), stages["new_value"], strict=True)) == [
        ("", "Open"),
        ("Open", "Won"),
    ]
    assert dataset.sources[0].rows_read == 2


def test_all_shipped_systems_load() -> None:
    assert set(systems()) == {
        "activecampaign", "dynamics365", "facebook_lead_ads", "google_ads", "google_contacts", "google_forms",
        "gravity_wpforms", "hubspot", "intercom", "linkedin", "mail", "mailchimp", "outlook", "pipedrive", "salesforce",
        "shopify", "stripe", "typeform", "vcard", "zendesk", "zoho",
    }  # fmt: skip
    assert all(item.index or item.entity is None for system in systems().values() for item in system.objects)
