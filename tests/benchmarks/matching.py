"""Our matching at its default beside its peers at their best, on the same records: one table.

python tests/benchmarks/matching.py [CUSTOMERS ...] [--tools ours,splink,recordlinkage,goldenmatch] [--sets no]
    default 10000 100000

A run is a process of its own, ours from the canonical table to clusters, a peer from its cleaned frame to clusters.
Peers live in .bench/peers, made here with pip. "F1 best" is at the threshold chosen with the truth in hand, "F1
default" ours as shipped, splink's and recordlinkage's at 0.95, goldenmatch's as it comes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "matching"))
sys.path.insert(0, str(Path(__file__).parent / "peers"))

import numpy as np
import pandas as pd
from dedupe_sets import FOLDER, SPLINK_BEST, calibration_error, cluster_scores, load
from generate_customers import generate
from measure import Clock

PEERS = Path(__file__).parent / "peers"
ENVIRONMENT = Path(__file__).parents[2] / ".bench" / "peers"
MOST = {"ours": None, "splink": None, "recordlinkage": 1_000_000, "goldenmatch": 100_000}
"""Records that a tool is given at most: beyond, it refuses or needs more memory or time than there is."""


def environment() -> Path:
    """The interpreter of the peers' environment, made where there is none or other versions are wanted."""
    wanted, python = (PEERS / "requirements.txt").read_text(), ENVIRONMENT / "bin" / "python"
    made = ENVIRONMENT / "requirements.txt"
    if not made.exists() or made.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        for line in wanted.splitlines():
            if line.startswith("goldenmatch") and subprocess.run([*pip, "install", line]).returncode:
                print(f"{line} cannot be installed here and is left out")
        others = [line for line in wanted.splitlines() if line and not line.startswith(("#", "goldenmatch"))]
        subprocess.run([*pip, "install", *others], check=True)
        made.write_text(wanted)
        (ENVIRONMENT.parent / ".gitignore").write_text("*\n")
    return python


def versions(python: Path) -> str:
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True).stdout
    names = ("splink", "duckdb", "recordlinkage", "goldenmatch", "rapidfuzz", "jellyfish")
    have = {one["name"].lower(): one["version"] for one in json.loads(listed)}
    return ", ".join(f"{name} {have.get(name, 'not installed')}" for name in names)


def write_set(name: str, path: Path) -> Path:
    """A labelled set in canonical columns, dates as they were written, with `row_id`, `source` and `entity`."""
    table, truth = load(name)
    frame = table.frame.assign(**{column: table.text[column] for column in table.text})
    return write(frame.assign(source=table.lineage["source"].astype(str), entity=pd.factorize(truth)[0]), path)


def write(records: pd.DataFrame, path: Path) -> Path:
    text = records.columns.difference(["entity"])
    records = records.astype(dict.fromkeys(text, "string[pyarrow]")).assign(row_id=np.arange(len(records)))
    records.to_parquet(path, index=False)
    return path


def ours(path: Path, kind: str) -> dict[str, Any]:
    """Our matching on a file of records; its peak memory is that of this process."""
    from audit.dataset import table_from_frame
    from audit.matching import match

    if kind != "customers":
        table, truth = load(kind)
    else:
        records = pd.read_parquet(path)
        truth = records["entity"].to_numpy()
        table = table_from_frame("contact", records.drop(columns=["entity", "source", "row_id"]))
        table.lineage["source"] = records["source"].astype("category")
        del records
    clock = Clock()
    result = match(table)
    spent = clock.stop()
    same = truth[result.pairs["left"]] == truth[result.pairs["right"]]
    error = calibration_error(result.pairs["probability"].to_numpy(), same)
    scores = cluster_scores(result.clusters["cluster"].to_numpy(), truth)
    return {**spent, "default": scores, "error": error, "pairs": int(result.statistics["candidate_pairs"])}


def run(tool: str, python: Path, path: Path, kind: str) -> dict[str, Any] | None:
    """What a tool's process told; None if it failed."""
    mine = [sys.executable, __file__, "--one", str(path), kind]
    command = mine if tool == "ours" else [str(python), str(PEERS / f"{tool}_records.py"), str(path), kind]
    done = subprocess.run(command, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else None


def line(name: str, records: int, tool: str, told: dict[str, Any] | None) -> str:
    start = f"{name:<14} {records:>10,} {tool:<14}"
    if told is None or "refused" in told:
        return f"{start} {'failed' if told is None else 'refused: ' + told['refused'][:80]}"
    precision, recall, f1 = told.get("best", told["default"])
    best = f"{f1:>7.3f}" if "best" in told else f"{'-':>7}"
    error = f"{told['error']:>6.3f}" if "error" in told else f"{'-':>6}"
    pairs = f"{told['pairs']:>12,}" if "pairs" in told else f"{'-':>12}"
    return (
        f"{start} {precision:>6.3f} {recall:>6.3f} {best} {told['default'][2]:>10.3f} {error} {pairs}"
        f" {told['wall']:>8.2f} {told['cpu']:>8.2f} {told['peak']:>8,.0f}"
    )


def compare(name: str, path: Path, kind: str, tools: list[str], python: Path) -> None:
    records = len(pd.read_parquet(path, columns=["entity"]))
    for tool in tools:
        if MOST[tool] is None or records <= MOST[tool]:
            print(line(name, records, tool, run(tool, python, path, kind)), flush=True)


def name_pairs(folder: Path, python: Path) -> None:
    """Average precision of our name comparisons beside plain scorers, for people and for companies."""
    from sklearn.metrics import average_precision_score

    from audit.values import company_name, person_name

    pairs = pd.read_csv(FOLDER / "name_pairs" / "pairs.csv", dtype=str)
    kind = np.where(pairs["schema"] == "Person", "people", "companies")
    pairs = pairs.assign(kind=kind, same=pairs["is_match"] == "true")[["name1", "name2", "kind", "same"]]
    pairs.to_parquet(folder / "pairs.parquet")
    command = [str(python), str(PEERS / "name_scorers.py"), str(folder / "pairs.parquet")]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    mine = {}
    for whose, compared in (("people", person_name.compare), ("companies", company_name.compare)):
        some = pairs[pairs["kind"] == whose].astype({"name1": "string[pyarrow]", "name2": "string[pyarrow]"})
        mine[whose] = float(average_precision_score(some["same"], compared(some["name1"], some["name2"])))
    print(f"\n{'name pairs, average precision':<30} {'people':>8} {'companies':>10}")
    for name, score in {"ours": mine, **told}.items():
        print(f"{name:<30} {score['people']:>8.3f} {score['companies']:>10.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("customers", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--tools", default=",".join(MOST), type=lambda text: text.split(","))
    parser.add_argument("--sets", default="yes", choices=("yes", "no"), help="also the labelled sets")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(ours(Path(asked.one[0]), asked.one[1])))
        return
    python = environment()
    print(versions(python))
    print(
        f"{'set':<14} {'records':>10} {'tool':<14} {'P':>6} {'R':>6} {'F1 best':>7} {'F1 default':>10} {'ECE':>6}"
        f" {'pairs':>12} {'wall s':>8} {'CPU s':>8} {'MiB':>8}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        if FOLDER.exists() and asked.sets == "yes":
            for name in (*SPLINK_BEST, "senzing"):
                compare(name, write_set(name, Path(folder) / f"{name}.parquet"), name, asked.tools, python)
        for rows in asked.customers:
            path = write(generate(rows, seed=rows), Path(folder) / f"customers-{rows}.parquet")
            compare("customers", path, "customers", asked.tools, python)
            path.unlink()
        if FOLDER.exists() and asked.sets == "yes":
            name_pairs(Path(folder), python)


if __name__ == "__main__":
    main()
