"""Rate limits as Discord keeps them: per bucket with headers, one per bot for everything, and two that are not told."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.wire.routing import Call

GLOBAL_PER_SECOND = 50
BUCKETS: dict[tuple[str, str], tuple[int, float]] = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
}
RENAMES = (2, 600.0)
UNCOUNTED = ("/interactions/", "/webhooks/")


@dataclass(slots=True)
class _Window:
    """A number of requests in a span that begins with the first of them."""

    limit: int
    span: float
    began: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        if now - self.began >= self.span:
            self.began, self.used = now, 0
        self.used += 1
        return self.used <= self.limit

    def left(self, now: float) -> float:
        return max(0.0, self.began + self.span - now)


@dataclass(frozen=True, slots=True)
class TooMany:
    """A 429: the seconds to wait, and whether it is the whole bot that must."""

    retry_after: float
    everything: bool
    headers: dict[str, str]

    def body(self) -> dict[str, Any]:
        return {
            "message": "You are being rate limited.",
            "retry_after": round(self.retry_after, 3),
            "global": self.everything,
            "code": 0,
        }


class Limits:
    """Counts requests; `refused` counts the 429s it gave, by what ran out: `global`, `bucket`, `rename`."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self.refused: Counter[str] = Counter()
        self._global = _Window(GLOBAL_PER_SECOND, 1.0)
        self._windows: dict[tuple[str, str, str], _Window] = {}

    def judge(self, call: Call) -> TooMany | None:
        """The refusal, if this request is one too many."""
        if not self.enabled:
            return None
        now = time.monotonic()
        counted = not call.path.startswith(UNCOUNTED)
        if counted and not self._global.take(now):
            self.refused["global"] += 1
            return self._too_many(self._global.left(now), everything=True, headers={})
        window = self._window(call)
        if window is not None and not window.take(now):
            self.refused["bucket"] += 1
            return self._too_many(window.left(now), everything=False, headers=self.headers(call))
        return self._judge_rename(call, now)

    def headers(self, call: Call) -> dict[str, str]:
        """What Discord tells about the bucket of this request."""
        window = self._window(call) if self.enabled else None
        if window is None:
            return {}
        left = window.left(time.monotonic())
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(max(0, window.limit - window.used)),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash((call.method, call.template))):016x}"[:16],
        }

    def _window(self, call: Call) -> _Window | None:
        rule = BUCKETS.get((call.method, call.template))
        if rule is None:
            return None
        return self._windows.setdefault((call.method, call.template, call.params["channel_id"]), _Window(*rule))

    def _judge_rename(self, call: Call, now: float) -> TooMany | None:
        """Two changes of a channel's name or topic in ten minutes, announced by no header."""
        if (call.method, call.template) != ("PATCH", "/channels/{channel_id}") or not call.fields.keys() & {
            "name",
            "topic",
        }:
            return None
        window = self._windows.setdefault(("rename", "", call.params["channel_id"]), _Window(*RENAMES))
        if window.take(now):
            return None
        self.refused["rename"] += 1
        return self._too_many(window.left(now), everything=False, headers={})

    @staticmethod
    def _too_many(retry_after: float, *, everything: bool, headers: dict[str, str]) -> TooMany:
        scope = {"X-RateLimit-Scope": "global" if everything else "user", "Retry-After": str(int(retry_after) + 1)}
        if everything:
            scope["X-RateLimit-Global"] = "true"
        return TooMany(retry_after, everything, headers | scope)
