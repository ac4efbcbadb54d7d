from typing import ClassVar

import pandas as pd

from audit.dataset import Dataset, Table
from audit.rule import Context, Dimension, Family, Flags, GroupRule, Severity, mask_of
from audit.schema import TEXT
from audit.values import text
from rules.changes import DEAL, STAGE, is_about, stays
from rules.evidence import everything, is_open, joined_key


class StuckInStage(GroupRule):
    """An open deal that stands in a stage long after others have left it.

    **What is flagged**
    An open deal that has been in its stage for more than three times as long as nine of ten deals that have left it,
    and for at least two weeks. Judged for stages that the history shows left by at least 20 deals.

    **Why it matters**
    Such deals are lost without a word, yet they keep the pipeline large and the forecast of the stage too good.

    **How to fix**
    Ask the owner what happens next and when. Without an answer, close the deal as lost.

    **Example**
    Contract Sent for 210 days; nine of ten deals leave it within 26.
    """

    id = "TIM004"
    title = "Stage never left"
    family = Family.STRUCTURE
    fields: ClassVar = ("deal.stage",)
    requires: ClassVar = (
        "deal.status",
        "deal.source_id",
        "field_change.object",
        "field_change.field",
        "field_change.record_id",
        "field_change.new_value",
        "field_change.changed_at",
    )
    keys: ClassVar = {"deal": "stage", "field_change": "new_value"}
    dimension = Dimension.TIMELINESS
    severity = Severity.MEDIUM
    message = "in {value} for {days} days, which nine of ten deals leave within {usual}"
    args: ClassVar = ("days", "usual")
    options: ClassVar = {"stays": 20, "quantile": 0.9, "times": 3.0, "least_days": 14}

    def key(self, table: Table) -> pd.Series:
        return everything(table)

    def check(self, tables: Dataset, ctx: Context) -> Flags:
        deals, history = tables["deal"], tables.get("field_change")
        stood = stays(history, is_about(history, DEAL, STAGE))
        stood = stood.assign(stage=text.key(stood["value"]))
        left = stood.dropna(subset=["until"])
        lasted = (left["until"] - left["since"]).dt.total_seconds() / 86400
        by_stage = lasted.groupby(joined_key(left["source"], left["stage"]))
        usual = by_stage.quantile(self.option("quantile", ctx))[by_stage.size() >= self.option("stays", ctx)]
        stage = text.key(deals["stage"])
        source = deals.lineage["source"].astype(TEXT)
        allowed = joined_key(source, stage).map(usual).astype("float64")
        entered = _entered(stood, joined_key(source, deals["source_id"], stage)).fillna(
            deals.column("stage_changed_at")
        )
        days = (ctx.as_of - entered).dt.total_seconds() / 86400
        limit = (allowed * self.option("times", ctx)).clip(lower=self.option("least_days", ctx))
        checked = is_open(deals) & mask_of(days.notna() & allowed.notna())
        return Flags(
            checked & mask_of(days > limit),
            confidence=0.85,
            args={
                name: told.round().astype("Int64").astype(TEXT) for name, told in (("days", days), ("usual", allowed))
            },
            checked=checked,
        )


def _entered(stood: pd.DataFrame, deal_in_stage: pd.Series) -> pd.Series:
    """When each deal entered the stage that it is in, by the last change of its history."""
    now = stood[stood["until"].isna()]
    entered = now.groupby(joined_key(now["source"], now["record"], now["stage"]))["since"].max()
    return deal_in_stage.map(entered).astype("datetime64[us]")
