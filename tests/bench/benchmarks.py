"""The benchmarks by name, each run in a folder of its own."""

from __future__ import annotations

import asyncio
import importlib
import tempfile
from pathlib import Path

from tests.bench.sizes import Size
from tests.bench.table import Row

NAMES = ("startup", "events", "answers", "flags", "reminders", "ticks")


def run(name: str, size: Size) -> list[Row]:
    """What one of them found."""
    benchmark = importlib.import_module(f"tests.bench.{name}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return asyncio.run(benchmark.measure(size, Path(folder)))
