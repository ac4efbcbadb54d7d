"""What is seen of whole columns when they are read, mapped or not."""

from pathlib import Path

import pandas as pd
import pytest

from audit.dataset import ColumnMapping
from audit.sources import load


@pytest.fixture
def told(tmp_path: Path):
    """Columns by header, as read from a table of contacts with further columns."""

    def read(columns: dict[str, list[str]]) -> dict[str, ColumnMapping]:
        count = len(next(iter(columns.values())))
        base = {"Email": [f"ann{n}@acme.example" for n in range(count)], "Last Name": [f"Lee{n}" for n in range(count)]}
        pd.DataFrame(base | columns).to_csv(tmp_path / "contacts.csv", index=False)
        (source,) = load([tmp_path]).sources
        return {column.header: column for column in source.mapping}

    return read


def test_values_of_another_kind_are_counted_and_located(told) -> None:
    seats = [str(n) for n in range(100)]
    seats[3], seats[50], seats[60] = "about 20", "", "n/a"
    renewal = ["2026-01-02"] * 98 + ["soon", "later"]
    column = told({"Expected seats": seats, "Renewed": renewal, "Remark": [f"word {n}" for n in range(100)]})
    assert (column["Expected seats"].field, column["Expected seats"].kind) == (None, "number")
    assert (column["Expected seats"].odd, column["Expected seats"].odd_rows) == (1, (4,))
    assert (column["Renewed"].kind, column["Renewed"].odd, column["Renewed"].odd_rows) == ("date", 2, (99, 100))
    assert (column["Remark"].kind, column["Remark"].odd) == ("", 0)
    assert column["Email"].kind == ""


def test_a_count_that_is_mostly_nought_or_one_is_a_number(told) -> None:
    forms = ["0", "1"] * 47 + ["2", "3", "2", "4", "2", "2"]
    column = told({"Forms sent": forms, "Renewed": ["yes", "no"] * 48 + ["maybe"] * 4})
    assert (column["Forms sent"].kind, column["Forms sent"].odd) == ("number", 0)
    assert (column["Renewed"].kind, column["Renewed"].odd) == ("boolean", 4)


def test_columns_that_say_the_same(told) -> None:
    firm = [f"Firm {n}" for n in range(100)]
    nearly, differing, shifted = list(firm), list(firm), [*firm[1:], firm[0]]
    nearly[7] = "Other"
    differing[:5] = ["Other"] * 5
    column = told(
        {
            "Guild": firm,
            "Guild 2": firm,
            "Guild 3": nearly,
            "Guild 4": differing,
            "Guild 5": shifted,
            "Blank": [""] * 100,
        }
    )
    assert (column["Guild"].same_as, column["Guild"].alike) == ("", 0.0)
    assert (column["Guild 2"].same_as, column["Guild 2"].alike) == ("Guild", 1.0)
    assert (column["Guild 3"].same_as, column["Guild 3"].alike) == ("Guild", 0.99)
    assert column["Guild 4"].same_as == column["Guild 5"].same_as == column["Blank"].same_as == ""


def test_times_and_a_few_values_must_agree_in_every_row(told) -> None:
    times = [f"2026-01-01 10:{n % 60:02d}" for n in range(100)]
    answers = [("Often", "Seldom")[n % 2] for n in range(100)]
    column = told(
        {
            "Guild day": times,
            "Guild day 2": [*times[:-1], "2026-02-01 10:00"],
            "Visits": answers,
            "Calls": [*answers[:-1], "Often"],
            "Letters": answers,
        }
    )
    assert column["Guild day 2"].same_as == column["Calls"].same_as == ""
    assert column["Letters"].same_as == "Visits"


def test_agreement_is_of_all_rows_not_of_a_sample(told) -> None:
    rows = 5_000
    firm = [f"Firm {n}" for n in range(rows)]
    other = [name if n % 2 == 0 else f"{name} Ltd" for n, name in enumerate(firm)]
    column = told({"Guild": firm, "Guild 2": other, "Guild 3": firm})
    assert column["Guild 2"].same_as == ""
    assert column["Guild 3"].same_as == "Guild"


def test_what_a_system_writes_by_itself_is_known(tmp_path: Path) -> None:
    header = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,LATITUDE,LEID,EUID,Shoe size"
    (tmp_path / "subscribed_members.csv").write_text(f"{header}\na@acme.example,Ann,2,2026-01-01,,,1,x,38\n", "utf-8")
    (source,) = load([tmp_path]).sources
    standard = {column.header: column.standard for column in source.mapping}
    assert standard["LATITUDE"]
    assert standard["Email Address"]
    assert not standard["Shoe size"]
