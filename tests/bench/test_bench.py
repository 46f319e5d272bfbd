"""Each benchmark works; what it measures is not looked at, since that is no matter for a test."""

from __future__ import annotations

import pytest

from tests.bench.benchmarks import NAMES, run
from tests.bench.sizes import TINY

CI = ("answers", "ticks")


@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_run_measures(name: str, size: str) -> None:
    if size == "ci" and name not in CI:
        pytest.skip("the other benchmarks are started with --size full")
    rows = run(name, TINY)
    assert rows and all(row.measured and row.baseline for row in rows)
