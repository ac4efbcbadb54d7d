"""Average precision of RapidFuzz's and jellyfish's plain scorers on labelled name pairs.

python name_scorers.py PAIRS.parquet
"""

import sys
from collections.abc import Callable

import jellyfish
import pandas as pd
from measure import tell
from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import JaroWinkler
from sklearn.metrics import average_precision_score


def main() -> None:
    pairs = pd.read_parquet(sys.argv[1])
    one, other = (pairs[side].map(utils.default_process).tolist() for side in ("name1", "name2"))
    fuzzy: dict[str, Callable[..., float]] = {
        "RapidFuzz WRatio": fuzz.WRatio,
        "RapidFuzz token_sort_ratio": fuzz.token_sort_ratio,
        "RapidFuzz JaroWinkler": JaroWinkler.similarity,
    }
    scores = {name: process.cpdist(one, other, scorer=scorer) for name, scorer in fuzzy.items()}
    scores["jellyfish Jaro-Winkler"] = [
        jellyfish.jaro_winkler_similarity(*both) for both in zip(one, other, strict=True)
    ]
    tell(
        {
            name: {
                kind: float(average_precision_score(pairs["same"][rows], pd.Series(score)[rows]))
                for kind, rows in pairs.groupby("kind").groups.items()
            }
            for name, score in scores.items()
        }
    )


if __name__ == "__main__":
    main()
