"""The stand-in as a whole: it listens, keeps the world, and says at the end what the bot did that Discord refuses."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.wire import rest, schema
from tests.wire.bell import Bell
from tests.wire.builders import Builders
from tests.wire.faults import Faults, Hold, pattern_of
from tests.wire.gateway import Gateway
from tests.wire.guild_deeds import GuildDeeds
from tests.wire.ids import Snowflakes
from tests.wire.limits import Limits
from tests.wire.message_deeds import MessageDeeds
from tests.wire.permissions import can_view, require
from tests.wire.rest import Rest
from tests.wire.routing import Call
from tests.wire.world import JSON, Channel, Guild, Message, Overwrite, User, World

T = TypeVar("T")
_GATEWAY_PATH = "/gateway"


class Wire(Builders):
    """Discord on 127.0.0.1, for one bot. The package's docstring is its manual.

    `limits` switches rate limits on; `approved` are the privileged intents that are switched on in the portal
    (`members`, `presences`, `message_content`); `shards` is what GET /gateway/bot recommends; `strict_identify` answers
    a second IDENTIFY within five seconds with INVALID_SESSION.
    """

    def __init__(
        self,
        *,
        limits: bool = True,
        approved: set[str] | None = None,
        shards: int = 1,
        max_concurrency: int = 1,
        strict_identify: bool = False,
        token: str = "wire-token",
    ) -> None:
        flakes = Snowflakes()
        bot = User(flakes.new(), "circlekeeper", bot=True)
        self.world = World(bot, flakes, users={bot.id: bot})
        self.app_owner = User(flakes.new(), "operator")
        self.token = token
        self.approved = approved if approved is not None else set[str]()
        self.shards = shards
        self.max_concurrency = max_concurrency
        self.strict_identify = strict_identify
        self.nonce_window = 180.0
        self.answer_within = 3.0
        self.token_life = 900.0
        self.commands: dict[int | None, list[JSON]] = {}
        self.requests: list[rest.Request] = []
        self.invalid_requests = 0
        self.violations: list[str] = []
        self.notes: list[str] = []
        self.check_answers = False  # hold this stand-in's own answers against the document too
        self._expected: list[re.Pattern[str]] = []
        self.bell = Bell()
        self.faults = Faults()
        self.limits = Limits(enabled=limits)
        self.gateway = Gateway(self)
        self.message_deeds = MessageDeeds(self)
        self.guild_deeds = GuildDeeds(self)
        document = schema.document_path()
        self.schema = schema.load(document) if document else None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=26 << 20)
        app.router.add_get(_GATEWAY_PATH, self.gateway.serve)
        app.router.add_route("*", rest.PREFIX + "/{path:.*}", Rest(self).serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        self.faults.release_all()
        await self.gateway.drop(code=1001)
        await self._runner.cleanup()
        complaint = self._complaint()
        if complaint and problem is None:
            raise AssertionError(complaint)
        if complaint and problem is not None:
            problem.add_note(complaint)

    # Where it is

    @property
    def api_url(self) -> str:
        return self.url + rest.PREFIX

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws", 1) + _GATEWAY_PATH

    def environment(self) -> dict[str, str]:
        """What a bot's process needs in its environment to take this for Discord."""
        return {"DISCORD_TOKEN": self.token, "DISCORD_API_URL": self.api_url}

    # Waiting

    async def connected(self, timeout: float = 10.0, *, shards: set[int] | None = None) -> None:
        """Until these shards (all that the bot speaks of, if none are named) are identified and know their servers."""

        def ready() -> bool:
            here = {session.shard[0] for session in self.gateway.live if session.guilds_sent}
            counts = {session.shard[1] for session in self.gateway.live}
            wanted = shards if shards is not None else set(range(max(counts, default=1)))
            return wanted <= here

        await self.wait_for(ready, timeout)

    async def disconnected(self, timeout: float = 10.0) -> None:
        """Until no gateway socket is open."""
        await self.wait_for(lambda: not self.gateway.live, timeout)

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """The predicate's first true value; it is asked again after each request and each event."""
        found = await self.bell.wait_for(predicate, timeout)
        if not found:
            recent = "\n".join(f"  {each.method} {each.path} -> {each.status}" for each in self.requests[-15:])
            raise AssertionError(f"did not come true within {timeout} s; the last requests were\n{recent}")
        return found

    # Trouble

    def lose_answer(self, method: str, path: str, times: int = 1) -> None:
        """Do the next such requests, then drop their connections without an answer."""
        self.faults.lose_answer(method, path, times)

    def fail(self, method: str, path: str, status: int, code: int = 0, times: int = 1) -> None:
        """Answer the next such requests with this status and do nothing."""
        self.faults.fail(method, path, status, code, times)

    def hold(self, method: str, path: str, *, before: bool = False) -> Hold:
        """Hold the answer to the next such request (with `before` the deed too) until it is released."""
        return self.faults.hold(method, path, before=before)

    def on_accepted(self, method: str, path: str, callback: Callable[[Call], Awaitable[None] | None]) -> None:
        """Call back after each such deed, before it is answered."""
        self.faults.on_accepted(method, path, callback)

    async def drop_gateway(self, *, resumable: bool = True) -> None:
        """Close all gateway sockets, as Discord does now and then; if not resumable, forget the sessions."""
        await self.gateway.drop(code=4000)
        if not resumable:
            self.gateway.sessions.clear()

    @property
    def rate_limited(self) -> Counter[str]:
        """The 429s given so far, by what ran out: `global`, `bucket`, `rename`. Empty is false."""
        return self.limits.refused

    # Judging

    def violate(self, what: str) -> None:
        self.violations.append(what)
        self.bell.ring()

    def expect_violation(self, pattern: str) -> None:
        """The test will provoke a violation that this regular expression finds; without it the test fails."""
        self._expected.append(re.compile(pattern))

    def require(self, channel: Channel, needed: int) -> None:
        """Refuse as Discord does if the bot may not see the channel or lacks a permission there."""
        require(channel, self.world.bot.id, needed)

    def _complaint(self) -> str:
        unforeseen = [each for each in self.violations if not any(known.search(each) for known in self._expected)]
        missing = [known.pattern for known in self._expected if not any(map(known.search, self.violations))]
        lines = [f"Discord would have refused: {each}" for each in unforeseen]
        return "\n".join(lines + [f"expected and not seen: {each}" for each in missing])

    # Looking

    def messages(self, channel: Channel) -> list[Message]:
        """The messages in a channel, oldest first, without those that only one person can see."""
        return [each for _, each in sorted(channel.messages.items()) if each.viewer is None]

    def visible_to(self, person: Any, channel: Channel) -> list[Message]:
        """What this person (or User) sees in a channel, oldest first, private answers to them included."""
        user_id = person.id
        shown = can_view(channel, user_id)
        kept = [each for _, each in sorted(channel.messages.items())]
        return [each for each in kept if (each.viewer is None and shown) or (each.viewer and each.viewer.id == user_id)]

    def pins(self, channel: Channel) -> list[Message]:
        """Pinned messages, the last pinned first."""
        pinned = [each for each in channel.messages.values() if each.pinned_at is not None]
        return sorted(pinned, key=lambda each: each.pinned_at or 0, reverse=True)

    def channels(self, guild: Guild) -> dict[str, Channel]:
        """A server's channels by name."""
        return {each.name: each for each in guild.channels.values()}

    def overwrites(self, channel: Channel) -> dict[int, Overwrite]:
        """A channel's overwrites by the id of the role or person they are for."""
        return dict(channel.overwrites)

    def asked(self, method: str, path: str) -> list[rest.Request]:
        """The requests of this method whose path matches, `*` standing for one segment."""
        pattern = pattern_of(path)
        return [each for each in self.requests if each.method == method and pattern.fullmatch(each.path)]

    # What the routes ask

    def application_flags(self) -> int:
        """The app's flags, which tell of the privileged intents that are on (as for an app in few servers)."""
        bits = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
        return sum(bit for name, bit in bits.items() if name in self.approved)

    def shares_guild(self, user: User) -> bool:
        return any(user.id in guild.members for guild in self.bot_guilds())

    def bot_guilds(self) -> list[Guild]:
        return [guild for guild in self.world.guilds.values() if self.world.bot.id in guild.members]

    def new_token(self) -> str:
        return secrets.token_urlsafe(32)

    async def settle(self, seconds: float = 0.1) -> None:
        """Let what is on its way arrive, and then some time pass; for tests that show that nothing happens."""
        await self.gateway.caught_up(5)
        await asyncio.sleep(seconds)
