"""Our verdicts on phone numbers and addresses beside the libraries', on a million of each: differences and CPU seconds.

python -m tests.benchmarks.verdicts [COUNT] [SEED]      default 1000000 1
"""

import sys
import time

import pandas as pd

from audit.values import email, phone
from audit.values.text import TEXT, objects
from tests.values.written_values import mail_of_library, mails, phone_of_library, phones


def phone_differences(count: int, seed: int) -> tuple[int, float, float]:
    """How many numbers are judged in another way, our CPU seconds and the library's."""
    written = phones(seed, count)
    texts, regions = (pd.Series(side, dtype=TEXT) for side in zip(*written, strict=True))
    start = time.process_time()
    ours = phone._read(pd.DataFrame({"text": texts, "region": regions}))
    middle = time.process_time()
    theirs = [phone_of_library(*number) for number in written]
    end = time.process_time()
    columns = [ours[name].to_numpy() if ours[name].dtype == bool else objects(ours[name]) for name in phone.COLUMNS]
    differing = sum(line != told for line, told in zip(zip(*columns, strict=True), theirs, strict=True))
    return differing, middle - start, end - middle


def mail_differences(count: int, seed: int) -> tuple[int, float, float]:
    """How many addresses are judged in another way, our CPU seconds and the library's."""
    written = mails(seed, count)
    texts = pd.Series(written, dtype=TEXT)
    start = time.process_time()
    ours = email.validate(texts)
    middle = time.process_time()
    theirs = [mail_of_library(text) for text in written]
    return int((ours != theirs).sum()), middle - start, time.process_time() - middle


def main() -> None:
    count, seed = (int(value) for value in ([*sys.argv[1:], *("1000000", "1")[len(sys.argv) - 1 :]])[:2])
    print(f"{'':>10} {'values':>10} {'differing':>10} {'ours s':>8} {'library s':>10}")
    for name, compare in (("phones", phone_differences), ("addresses", mail_differences)):
        differing, ours, theirs = compare(count, seed)
        print(f"{name:>10} {count:>10,} {differing:>10,} {ours:>8.1f} {theirs:>10.1f}", flush=True)


if __name__ == "__main__":
    main()
