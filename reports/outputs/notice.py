"""The message that tells people how an audit went: figures and names of checks, nobody's data and no source's name."""

from collections.abc import Sequence

from audit.gates import Ruling
from audit.result import AuditResult
from reports.masking import plain
from reports.sections.cost import headline
from reports.sections.view import View
from reports.wording import Words

MOST = 5


def notice(result: AuditResult, rulings: Sequence[Ruling], words: Words) -> tuple[str, str]:
    """Title and body, plain text."""
    score = words.number(result.score.overall, 1)
    failed = [ruling for ruling in rulings if ruling.failed]
    lines = [words("alert.as_of", date=words.date(result.as_of))]
    lines += [words("alert.gate", gate=ruling.gate.text, reason=words.told(ruling.reason)) for ruling in failed]
    history = result.history
    title = plain(result.title, 120)
    subject = words("alert.title_gate" if failed else "alert.title", title=title, score=score)
    if history is not None and history.previous is not None:
        change = history.score_change or 0.0
        signed = f"{'+' if change > 0 else '−' if change < 0 else '±'}{words.number(abs(change), 1)}"
        if not failed:
            subject = words("alert.title_change", title=title, score=score, change=signed)
        if -change > history.noise:
            lines.append(words("alert.noise", noise=words.number(history.noise, 1)))
        if history.changed:
            named = words.listed([words(f"since.mark.{name.replace(' ', '_')}") for name in history.changed])
            lines.append(words("alert.changed", what=named))
        lines += [
            "",
            words("alert.flow", **{name: history.total[name] for name in history.total if name != "reinfected"}),
        ]
        lines += _newest(result, words)
    verdicts = headline(View(result, words, masked=True))["verdict"]
    computed = verdicts[verdicts.ne("not computable")]
    if len(computed):
        lines += ["", words("alert.verdicts", n=int(computed.eq("do not report").sum()), total=len(computed))]
    return subject, "\n".join([*lines, "", words("alert.where")])


def _newest(result: AuditResult, words: Words) -> list[str]:
    assert result.history is not None
    flow = result.history.by_rule
    titles = {rule.id: words.of("rule", rule.id, "title", rule.title) for rule in result.rules}
    most = flow[flow["new"] > 0].sort_values("new", ascending=False, kind="stable").head(MOST)
    if most.empty:
        return []
    told = [
        words("alert.line", n=int(row.new), problem=titles.get(str(row.name_), str(row.name_)))
        for row in most.rename(columns={"name": "name_"}).itertuples()
    ]
    return ["", words("alert.most"), *told]
