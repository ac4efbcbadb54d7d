"""splink (DuckDB) on a file of records, set up by hand for each kind of table as its guides advise.

python splink_records.py RECORDS.parquet KIND
"""

import logging
import sys
import warnings

import duckdb
import numpy as np
from measure import Clock, best_scores, cluster_scores, clusters_of, tell
from splink import DuckDBAPI, Linker, SettingsCreator
from splink_setups import SETUPS, Setup

CAREFUL = 0.95
"""The threshold that its guides start from."""
FLOOR = -6.0
"""Bits below which pairs are not kept: under every threshold that is tried."""


COUNTED = 300_000
"""Records up to which candidate pairs are counted one by one, above from a sample of as many."""


def train(linker: Linker, setup: Setup) -> None:
    if setup.sure:
        linker.training.estimate_probability_two_random_records_match(list(setup.sure), recall=setup.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=setup.u_pairs, seed=1)
    for rule in setup.sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=setup.em_pairs)


def main() -> None:
    path, kind = sys.argv[1:]
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    connection = duckdb.connect()
    connection.execute(f"create table raw as select * from read_parquet('{path}')")
    truth = connection.execute("select entity from raw order by row_id").fetchnumpy()["entity"]
    setup = SETUPS[kind](len(truth))
    connection.execute(f"create table cleaned as {setup.clean}")
    connection.execute("drop table raw")
    clock = Clock()
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row_id",
        comparisons=list(setup.comparisons),
        blocking_rules_to_generate_predictions=list(setup.blocking),
        probability_two_random_records_match=setup.prior,
        retain_matching_columns=False,
    )
    linker = Linker(api.register("cleaned"), settings)
    train(linker, setup)
    scored = linker.inference.predict(threshold_match_weight=FLOOR)
    linker.clustering.cluster_pairwise_predictions_at_threshold(scored, threshold_match_probability=CAREFUL)
    spent = clock.stop()
    share = min(1.0, COUNTED / len(truth))
    counted = linker.blocking_analysis.count_comparisons_from_blocking_rules(record_sample_proportion=share)
    candidates = int(counted[-1]["cumulative_comparison_count"])
    pairs = scored.as_duckdbpyrelation().select("row_id_l, row_id_r, match_weight").fetchnumpy()
    left, right, weight = (np.asarray(pairs[name]) for name in ("row_id_l", "row_id_r", "match_weight"))
    cuts = np.arange(FLOOR, 30, 1.0 if len(left) > 500_000 else 0.5)
    careful_cut = np.log2(CAREFUL / (1 - CAREFUL))
    best, cut = best_scores(left, right, weight, truth, np.append(cuts, careful_cut))
    over = weight >= careful_cut
    careful = cluster_scores(clusters_of(left[over], right[over], len(truth)), truth)
    tell({**spent, "pairs": candidates, "best": best, "cut": cut, "default": careful})


if __name__ == "__main__":
    main()
