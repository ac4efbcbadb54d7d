"""goldenmatch as it comes, with no configuration, on a file of records; it may refuse one.

python goldenmatch_records.py RECORDS.parquet KIND
"""

import contextlib
import logging
import sys

import goldenmatch
import numpy as np
import pyarrow.parquet as pq
from measure import Clock, cluster_scores, tell


def main() -> None:
    logging.disable(logging.CRITICAL)
    table = pq.read_table(sys.argv[1])
    truth, records = table["entity"].to_numpy(), table.drop_columns(["entity", "row_id"])
    clock = Clock()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = goldenmatch.dedupe_df(records)
    except (RuntimeError, ValueError) as refusal:
        tell({**clock.stop(), "refused": str(refusal).splitlines()[0]})
        return
    spent = clock.stop()
    cluster = np.arange(len(truth))
    for name, group in found.clusters.items():
        cluster[list(group["members"])] = len(truth) + name
    cluster = np.unique(cluster, return_inverse=True)[1]
    tell({**spent, "default": cluster_scores(cluster, truth)})


if __name__ == "__main__":
    main()
