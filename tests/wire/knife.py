"""The real command line, killed at a named point of our own code. Run it by its path: it needs no stand-in.

In the environment: ``KNIFE_AT`` the point and the kind (``tried:story.post``), ``KNIFE_AHEAD`` seconds by which the
clock goes ahead, ``KNIFE_EXTENSIONS`` what the bot loads instead of its own, ``KNIFE_ALTERED`` a courier that is made
worse on purpose, for the tests to notice.

due         the timer rings, its handler has not run
claimed     the handler's transaction is kept: the timer is over, the errand waits
tried       the errand is kept as tried, and not sent yet
(accepted   Discord has it and has not answered: the test holds the answer, and kills from outside)
answered    Discord has answered, which is not recorded
unanswered  Discord's answer is lost, and that is recorded
recorded    it is recorded that Discord has it

Of check-ins, where the kind is ``tally``:

written     the file with an answer is written, and not yet in its place
counted     it is in its place, and nobody is thanked
destroying  the check-in is over for good, and its files are there
keyless     of these the key is gone
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import bot.cli.run as running
from bot.cli import main
from bot.client import Bot
from bot.core.clock import utc_now
from bot.courier import Courier, deeds, posts
from bot.features.checkins import tally
from bot.features.checkins.tallies import Tallies
from bot.outbox import Errand, Outbox
from bot.services import open_services
from bot.timers import LoopBell, Timers

POINT, _, KIND = os.environ.get("KNIFE_AT", "").partition(":")
AHEAD = timedelta(seconds=float(os.environ.get("KNIFE_AHEAD", "0")))

Method = Callable[..., Awaitable[Any]]


def cut(point: str, kind: str) -> None:
    if (point, kind) == (POINT, KIND):
        os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, point: str, kind_of: Callable[..., str]) -> None:
    """Cut before the method does anything."""
    method: Method = getattr(owner, name)

    async def cutting(*args: Any, **named: Any) -> Any:
        cut(point, kind_of(*args))
        return await method(*args, **named)

    setattr(owner, name, cutting)


def after(owner: Any, name: str, point: str, kind_of: Callable[..., str]) -> None:
    """Cut when the method has done all."""
    method: Method = getattr(owner, name)

    async def cutting(*args: Any, **named: Any) -> Any:
        result = await method(*args, **named)
        cut(point, kind_of(*args))
        return result

    setattr(owner, name, cutting)


def before_replacing(replace: Callable[..., Any]) -> Callable[..., Any]:
    def cutting(self: Path, target: Path) -> Path:
        if target.suffix == ".tally" and target.exists():
            cut("written", "tally")
        return replace(self, target)

    return cutting


def in_thread(owner: Any, name: str, *, first: str = "", then: str = "", suffix: str = "") -> None:
    """Cut before or after a plain function, if what it is about ends with ``suffix``."""
    function: Callable[..., Any] = getattr(owner, name)

    def cutting(*args: Any) -> Any:
        cut(first, "tally")
        result = function(*args)
        if str(args[0]).endswith(suffix):
            cut(then, "tally")
        return result

    setattr(owner, name, cutting)


def after_claim(claim: Method) -> Method:
    async def cutting(*args: Any, **named: Any) -> list[Errand]:
        claimed: list[Errand] = await claim(*args, **named)
        for errand in claimed:
            cut("tried", errand.kind)
        return claimed

    return cutting


def later() -> datetime:
    return utc_now() + AHEAD


def records_first(courier: type[Courier]) -> None:
    """A courier that writes down that it sent before it sends."""
    attempt: Method = courier._try

    async def recording(self: Any, errand: Errand) -> Any:
        await self._outbox.done(errand)
        return await attempt(self, errand)

    courier._try = recording


def never_looks() -> None:
    """A courier that sends and makes again without looking whether it is there."""

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    posts.look = nothing
    deeds._is = lambda channel, wanted: False


def sharpen() -> None:
    before(Timers, "_once", "due", lambda self, kind, subject: kind)
    after(Timers, "_once", "claimed", lambda self, kind, subject: kind)
    Outbox.claim = after_claim(Outbox.claim)
    after(Outbox, "done", "recorded", lambda self, errand: errand.kind)
    after(Outbox, "again", "unanswered", lambda self, errand: errand.kind)
    Path.replace = before_replacing(Path.replace)
    in_thread(Tallies, "_count", then="counted")
    in_thread(Tallies, "_destroy", first="destroying")
    in_thread(tally, "_destroy", then="keyless", suffix=".key")
    match os.environ.get("KNIFE_ALTERED"):
        case "records_first":
            records_first(Courier)
        case "never_looks":
            never_looks()
    after(Courier, "_try", "answered", lambda self, errand: errand.kind)
    if AHEAD:
        # the scheduler's bells go by the machine's clock
        running.open_services = functools.partial(open_services, clock=later, make_bell=LoopBell)
    extensions = os.environ.get("KNIFE_EXTENSIONS")
    if extensions:
        running.Bot = functools.partial(Bot, extensions=tuple(extensions.split(",")))


if __name__ == "__main__":
    sharpen()
    sys.exit(main())
