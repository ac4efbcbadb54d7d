"""The sample company's masked files hold none of its people's values; all of them are looked for."""

import pytest
from raw_values import raw_values, told

from audit.result import AuditResult
from reports.disclosure import screened
from reports.outputs.html import render
from reports.outputs.markdown import markdown
from reports.outputs.sarif import sarif
from reports.sections import View
from reports.wording import words_of


@pytest.mark.slow
def test_no_value_of_the_sample_stands_in_what_is_masked(sample_audit: AuditResult) -> None:
    values = {value for value in raw_values(sample_audit.dataset) if value not in sample_audit.title}
    assert len(values) > 10_000
    view = View(sample_audit, words_of("en"), masked=True)
    page = render(view)
    assert told(values, page) == set()
    assert "Google Ads" in page  # a word of a list stays
    assert told(values, screened(view, lambda view: markdown(view, ()))) == set()
    assert told(values, str(screened(view, sarif))) == set()
