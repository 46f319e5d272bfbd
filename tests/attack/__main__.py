"""The attacker by command: thousands of check-ins, and the table of what came of it."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.attack.campaign import PER_GROUP, Findings, attacked, table
from tests.attack.releases import shown
from tests.attack.storages import REAL, STORAGES

AT_ONCE = 5 * PER_GROUP
NAIVE = 40
ROOMS = 3000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description="Who tries to link answers to people.")
    parser.add_argument("--checkins", type=int, default=1000, help="at the bot's own storage; fewer at the naive ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="how many processes attack side by side")
    chosen = parser.parse_args()
    began, found = time.monotonic(), {storage: Findings() for storage in STORAGES}
    with ProcessPoolExecutor(chosen.jobs, mp_context=multiprocessing.get_context("spawn")) as processes:
        parts = [(REAL, first, min(AT_ONCE, chosen.checkins - first)) for first in range(0, chosen.checkins, AT_ONCE)]
        parts += [(storage, 0, min(NAIVE, chosen.checkins)) for storage in STORAGES if storage != REAL]
        running = {processes.submit(attacked, storage, chosen.seed + n, many): storage for storage, n, many in parts}
        for done in as_completed(running):
            found[running[done]].merge(done.result())
            print(f"{sum(f.checkins for f in found.values())} after {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(
        f"Success / chance. {found[REAL].checkins} check-ins, {found[REAL].answers} answers in the bot's own storage."
    )
    print(table(found))
    print("\nThe one who came or went between two releases: right / chance.")
    print(shown(ROOMS, chosen.seed))


if __name__ == "__main__":
    main()
