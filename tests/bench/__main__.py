"""Runs the benchmarks that are named, or all, and prints the table."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.bench.benchmarks import NAMES, run
from tests.bench.sizes import FULL, QUICK
from tests.bench.table import Row, markdown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What the bot costs, beside the limits.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(NAMES)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="small sizes: a look, not a measurement")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    size = QUICK if chosen.quick else FULL
    began, rows = time.monotonic(), list[Row]()
    print(f"{_machine()}; {_load()} at the start", flush=True)
    for name in chosen.names or NAMES:
        # each in a process of its own, so that what one leaves in memory does not slow down the next
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            rows += process.submit(run, name, size).result()
        print(f"{name} done after {time.monotonic() - began:.0f} s; {_load()}", file=sys.stderr, flush=True)
    print(f"{time.monotonic() - began:.0f} s; {_load()} at the end\n\n{markdown(rows)}")


def _machine() -> str:
    return f"Python {platform.python_version()}, {os.cpu_count()} processors"


def _load() -> str:
    return "load " + " ".join(f"{load:.1f}" for load in os.getloadavg())


if __name__ == "__main__":
    main()
