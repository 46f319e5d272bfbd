"""Plays years by command, one house after the other or some side by side."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.year.house import Size, played

PER_HOUSE = 25
ONE_IN = 4
"""Of so many houses one has facilitators confirm that they will be there."""


def _all(groups: int, days: int, seed: int, jobs: int) -> Iterator[tuple[int, int, Counter[str], list[str]]]:
    firsts = range(0, groups, PER_HOUSE)
    sizes = [
        Size(groups=min(PER_HOUSE, groups - first), days=days, confirm=n % ONE_IN == 1)
        for n, first in enumerate(firsts)
    ]
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as processes:
        for done in as_completed(processes.submit(played, seed + n, size) for n, size in enumerate(sizes)):
            yield done.result()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description="A simulated year of many groups.")
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1, help=f"of the first {PER_HOUSE} groups; the next have the next")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes play side by side")
    chosen = parser.parse_args()
    total, complaints, began = Counter[str](), 0, time.monotonic()
    for seed, groups, counts, wrong in _all(chosen.groups, chosen.days, chosen.seed, chosen.jobs):
        total += counts + Counter(groups=groups)
        complaints += len(wrong)
        for complaint in wrong:
            print(f"seed {seed}: {complaint}", flush=True)
        print(f"{total['groups']} groups after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(", ".join(f"{what}: {count}" for what, count in total.items()))
    print(f"{complaints} complaints")
    sys.exit(complaints > 0)


if __name__ == "__main__":
    main()
