"""Fields of which no two records of a source have the same."""

from collections.abc import Iterable

from audit.rule import Dimension
from audit.values.text import matches
from rules.suggest.seen import Seen
from rules.suggest.suggestion import Bar, Suggestion, column

CODES = 0.95


def unique_fields(seen: Seen, bar: Bar) -> Iterable[Suggestion]:
    for name in seen.of_type("id", "email", "domain", "url", "text", "company"):
        filled = seen.filled[name]
        if filled.sum() < bar.least_rows or seen.shipped(Dimension.UNIQUENESS, name):
            continue
        values = seen.table[name]
        if seen.type_of(name) == "text" and matches(values[filled], r"^\S*[0-9]\S*$").mean() < CODES:
            continue
        again = values.groupby([seen.sources, values], observed=True).transform("size").gt(1).fillna(False)
        repeated = again.to_numpy(dtype=bool) & filled
        rows, exceptions = int(filled.sum()), int(repeated.sum())
        if not bar.passes(rows, exceptions):
            continue
        title, sql = seen.words(name), column(name)
        entity = column(seen.entity)
        yield Suggestion(
            "unique",
            seen.entity,
            name,
            f"Several {seen.title.lower()} with the same {title}",
            f"{sql} IN (SELECT other.{sql} FROM {entity} other WHERE other.source = {entity}.source "
            f"GROUP BY other.{sql} HAVING count(*) > 1)",
            f"{{value}} stands in more than one {seen.one} of this source",
            rows,
            exceptions,
            seen.examples(name, repeated),
            dimension="uniqueness",
        )
