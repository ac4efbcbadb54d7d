"""Measuring cleans a part of the sample and must get what cleaning all of it gets."""

import pandas as pd

from audit.cleaning import clean
from audit.config import load_config
from audit.rule import Context
from reports.impact import Affected, open_questions


def test_cleaning_what_is_affected_is_cleaning_everything(sample_audit, sample_folder) -> None:
    config = load_config(sample_folder / "audit.toml")
    ctx = Context(sample_audit.as_of, config.default_country, config.rules.options)
    questions = open_questions(sample_audit.findings, sample_audit.dataset, sample_audit.matches)
    affected = Affected.of(sample_audit.dataset, questions)
    found = affected.cleaned(
        lambda part: (
            clean(
                part,
                sample_audit.findings,
                sample_audit.rules,
                ctx,
                {},
                survivorship=config.survivorship,
                tables_only=True,
            ).dataset
        )
    )
    for name in sample_audit.dataset:
        pd.testing.assert_frame_equal(found[name].frame, sample_audit.cleaned.dataset[name].frame)
