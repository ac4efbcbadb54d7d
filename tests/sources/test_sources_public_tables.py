"""Real tables: what each file is taken for, how many rows it has, and where the telling columns go."""

from pathlib import Path

import pytest

from audit.sources import load

pytestmark = pytest.mark.shared

# folder, file -> (system, entity or None, rows)
FILES = {
    "data/crm/maven-sales-opportunities": {
        "accounts.csv": ("generic", "account", 85),
        "sales_pipeline.csv": ("generic", "deal", 8800),
        "sales_teams.csv": ("generic", "user", 35),
        "products.csv": ("generic", "product", 7),
        "data_dictionary.csv": ("generic", None, 21),
    },
    "data/crm/x-education-leads": {
        "Leads.csv": ("generic", "contact", 9240),
        "Leads Data Dictionary.xlsx": ("generic", None, 37),
    },
    "data/crm/olist-marketing-funnel": {
        "olist_closed_deals_dataset.csv": ("generic", "deal", 842),
        "olist_marketing_qualified_leads_dataset.csv": ("generic", "contact", 8000),
        "olist_sellers_dataset.csv": ("generic", "account", 3095),
    },
    "data/crm/salesforce-bank-workshop": {
        "Account.csv": ("salesforce", "account", 22),
        "Campaign.csv": ("salesforce", "campaign", 8),
        "CampaignMember.csv": ("salesforce", "campaign_member", 68),
        "Case.csv": ("salesforce", "ticket", 40),
        "Contact.csv": ("salesforce", "contact", 102),
        "Lead.csv": ("salesforce", "contact", 60),
        "Opportunity.csv": ("salesforce", "deal", 50),
        "Task.csv": ("salesforce", "activity", 75),
    },
    "data/crm/salesforce-npsp-1k": {
        "Campaign.csv": ("salesforce", "campaign", 13),
        "Contact.csv": ("salesforce", "contact", 1024),
        "Opportunity.csv": ("salesforce", "deal", 1517),
        "npe01__OppPayment__c.csv": ("salesforce", "payment", 2443),
        "General_Accounting_Unit__c.csv": ("salesforce", None, 1000),
    },
    "data/crm/hubspot-dummy": {
        "hubspot_activities.csv": ("hubspot", "activity", 2000),
        "hubspot_companies.csv": ("hubspot", "account", 200),
        "hubspot_contacts.csv": ("hubspot", "contact", 950),
        "hubspot_deals.csv": ("hubspot", "deal", 500),
        "hubspot_tickets.csv": ("hubspot", "ticket", 300),
    },
    "data/crm/novaretail-dirty": {
        "customers_dirty.csv": ("generic", "contact", 101),
        "orders_dirty.csv": ("generic", "payment", 501),
        "products_dirty.csv": ("generic", "product", 50),
    },
    "data/crm/marketing-ops-leads": {
        "campaign_events.csv": ("generic", "activity", 156),
        "crm_leads.csv": ("generic", "contact", 52),
        "sample_campaigns.csv": ("generic", "campaign", 12),
    },
    "data/crm/raw-crm-contacts": {"raw_crm_data.csv": ("generic", "contact", 100)},
    "data/crm/saas-sales": {"SaaS-Sales.csv": ("generic", "payment", 9994)},
    "data/crm/support-tickets": {"customer_support_tickets.csv": ("generic", "ticket", 8469)},
    "data/crm/facebook-ads-kag": {"KAG_conversion_data.csv": ("generic", "spend", 1143)},
    "data/crm/online-retail-30k": {"OnlineRetail.csv": ("generic", "payment", 30000)},
    "data/crm/customer-call-list": {"Customer Call List.xlsx": ("generic", "contact", 21)},
    "data/crm/lookup-nicknames": {"names.csv": ("generic", None, 2691)},
    "data/dedupe/chicago_sites": {"records.csv": ("generic", "account", 3337), "truth.csv": ("generic", None, 3337)},
    "data/dedupe/febrl3": {"records.csv": ("generic", "contact", 5000)},
    "data/dedupe/senzing": {"records.csv": ("generic", "contact", 159)},
}


@pytest.mark.parametrize("folder", FILES)
def test_every_table_is_taken_for_what_it_is(shared: Path, folder: str) -> None:
    dataset = load([shared / folder])
    found = {info.file: (info.system, info.entity, info.rows_present) for info in dataset.sources}
    assert {name: found.get(name) for name in FILES[folder]} == FILES[folder]
    assert all(info.rows_present == info.rows_read + info.rows_set_aside for info in dataset.sources)
    for info in dataset.sources:
        fields = [column.field for column in info.mapping if column.field]
        single = [name for name in fields if name not in ("other_emails", "other_phones", "tags")]
        assert len(single) == len(set(single)), info.file


def test_columns_for_matching(shared: Path) -> None:
    sites = load([shared / "data/dedupe/chicago_sites/records.csv"])["account"]
    assert {"source_id", "name", "address", "postal_code", "phone"} <= set(sites.frame.columns)
    assert len(sites.lineage["source"].unique()) == 9
    people = load([shared / "data/dedupe/febrl4_link/records.csv"])["contact"]
    expected = {
        "source_id",
        "first_name",
        "last_name",
        "house_number",
        "street",
        "district",
        "postal_code",
        "national_id",
    }
    assert expected <= set(people.frame.columns)
    assert sorted(people.lineage["source"].unique()) == ["a", "b"]


def test_known_figures_of_the_pipeline(shared: Path) -> None:
    deal = load([shared / "data/crm/maven-sales-opportunities"])["deal"]
    assert (deal["status"] == "won").sum() == 4238
    assert (deal["status"] == "lost").sum() == 2473
