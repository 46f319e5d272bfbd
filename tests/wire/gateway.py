"""The gateway: sessions of a bot, what each is told according to its shard and intents, and how they begin again."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.wire import payloads
from tests.wire.sockets import Socket
from tests.wire.world import JSON, Guild

if TYPE_CHECKING:
    from tests.wire.server import Wire

GUILDS, MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
SCHEDULED_EVENTS = 1 << 16
PRIVILEGED = {"members": MEMBERS, "presences": PRESENCES, "message_content": MESSAGE_CONTENT}
_KNOWN_INTENTS = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25
_ACK_DELAY = 0.02
_SENDS_PER_MINUTE = 120


@dataclass(eq=False)
class Session:
    """One shard's conversation with Discord; it outlives its socket, so that it can be resumed."""

    id: str
    shard: tuple[int, int]
    intents: int
    socket: Socket | None = None
    seq: int = 0
    heard: int = 0
    """The last event that the bot is known to have received: it is named in each heartbeat."""
    log: deque[JSON] = field(default_factory=lambda: deque[JSON](maxlen=5000))
    guilds_sent: bool = False

    @property
    def live(self) -> bool:
        return self.socket is not None

    def holds(self, guild_id: int | None) -> bool:
        """Whether events of this guild, or of direct conversations (None), come to this shard."""
        number, count = self.shard
        return number == 0 if guild_id is None else (guild_id >> 22) % count == number

    def tell(self, name: str, data: Any) -> None:
        self.seq += 1
        event = {"op": 0, "t": name, "s": self.seq, "d": data}
        self.log.append(event)
        if self.socket is not None:
            self.socket.send(event)


class Gateway:
    """All sessions. `identifies` keeps what each IDENTIFY asked for, `resumes` counts the sessions taken up again."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.sessions: dict[str, Session] = {}
        self.identifies: list[JSON] = []
        self.resumes = 0
        self._last_identify: dict[int, float] = {}

    @property
    def live(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.live]

    def dispatch(self, name: str, data: Any, *, guild_id: int | None, intents: int = GUILDS) -> None:
        """Tell every session of the shard that asked for one of these intents (0: all)."""
        for session in self.sessions.values():
            if session.holds(guild_id) and (not intents or session.intents & intents):
                session.tell(name, data)
        self._wire.bell.ring()

    def show_guild(self, guild: Guild, *, joined: bool = True) -> None:
        """Tell of a whole server. One that the bot has just come into is not said to be available: it always was."""
        for session in self.sessions.values():
            if session.holds(guild.id):
                everyone = bool(session.intents & MEMBERS)
                shown = payloads.guild(guild, viewer_id=self._wire.world.bot.id, everyone=everyone)
                if joined:
                    del shown["unavailable"]
                session.tell("GUILD_CREATE", shown)
        self._wire.bell.ring()

    def dispatch_message(self, name: str, data: JSON, *, guild_id: int | None, content_is_open: bool) -> None:
        """A message event; its content only for who may read it."""
        needed = DIRECT_MESSAGES if guild_id is None else GUILD_MESSAGES
        where = {} if guild_id is None else {"guild_id": str(guild_id)}
        for session in self.sessions.values():
            if session.holds(guild_id) and session.intents & needed:
                readable = content_is_open or session.intents & MESSAGE_CONTENT
                session.tell(name, (data if readable else payloads.without_content(data)) | where)
        self._wire.bell.ring()

    async def caught_up(self, timeout: float) -> None:
        """Wait until every live session has received what it was told; Discord may ask for a heartbeat at any time."""
        asked = {session: session.seq for session in self.live}
        for session in asked:
            if session.socket is not None:
                session.socket.send({"op": 1, "d": None})
        await self._wire.bell.wait_for(
            lambda: all(session.heard >= seq or not session.live for session, seq in asked.items()), timeout
        )

    async def drop(self, *, code: int = 4000) -> None:
        """Close every socket; with the default code a bot resumes."""
        for session in self.live:
            if session.socket is not None:
                await session.socket.close(code)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(autoping=True, compress=False, max_msg_size=1 << 20)
        await ws.prepare(request)
        socket = Socket(ws, request.query.get("compress"))
        socket.send({"op": 10, "d": {"heartbeat_interval": 41_250}})
        conversation = _Conversation(self._wire, self, socket)
        try:
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    await conversation.hear(json.loads(message.data))
        finally:
            await socket.stop()
            conversation.ended(socket.close_code)
            self._wire.bell.ring()
        return ws

    def too_soon(self, shard_id: int) -> bool:
        """Whether this IDENTIFY came within five seconds of the last with the same place in the queue."""
        place, now = shard_id % self._wire.max_concurrency, time.monotonic()
        last = self._last_identify.get(place)
        self._last_identify[place] = now
        return last is not None and now - last < 5.0


class _Conversation:
    """What one socket has said so far, and the answers to it."""

    def __init__(self, wire: Wire, gateway: Gateway, socket: Socket) -> None:
        self._wire = wire
        self._gateway = gateway
        self._socket = socket
        self._session: Session | None = None
        self._sent: deque[float] = deque()

    async def hear(self, payload: JSON) -> None:
        if self._too_many():
            await self._socket.close(4008)
            return
        op, data = payload.get("op"), payload.get("d")
        if op == 1:
            self._note_heard(data)
            asyncio.get_running_loop().call_later(_ACK_DELAY, self._socket.send, {"op": 11})
        elif op == 2:
            await self._identify(data)
        elif op == 6:
            await self._resume(data)
        elif self._session is None:
            await self._socket.close(4003)
        elif op == 8:
            self._send_members(data)

    def _note_heard(self, seq: int | None) -> None:
        if self._session is not None:
            self._session.heard = seq or 0
            self._wire.bell.ring()

    def ended(self, code: int | None) -> None:
        if self._session is None or self._session.socket is not self._socket:
            return
        self._session.socket = None
        if code in (1000, 1001):
            self._gateway.sessions.pop(self._session.id, None)

    def _too_many(self) -> bool:
        now = time.monotonic()
        self._sent.append(now)
        while now - self._sent[0] > 60:
            self._sent.popleft()
        return len(self._sent) > _SENDS_PER_MINUTE

    async def _identify(self, data: JSON) -> None:
        number, count = data.get("shard") or (0, 1)
        refused = self._reason_to_refuse(data, number, count)
        if refused:
            await self._socket.close(refused)
            return
        self._gateway.identifies.append(data)
        if self._gateway.too_soon(number) and self._wire.strict_identify:
            self._socket.send({"op": 9, "d": False})
            return
        session = Session(secrets.token_hex(16), (number, count), data["intents"], self._socket)
        self._session = self._gateway.sessions[session.id] = session
        guilds = [guild for guild in self._wire.bot_guilds() if session.holds(guild.id)]
        self._greet(session, guilds)
        self._socket.after_sent(lambda: self._guilds_are_sent(session))

    def _reason_to_refuse(self, data: JSON, number: int, count: int) -> int | None:
        intents = data.get("intents")
        if self._session is not None:
            return 4005
        if data.get("token") != self._wire.token:
            return 4004
        if not 0 <= number < count:
            return 4010
        if not isinstance(intents, int) or intents & ~_KNOWN_INTENTS:
            return 4013
        if any(intents & bit for name, bit in PRIVILEGED.items() if name not in self._wire.approved):
            return 4014
        return 4011 if self._guilds_of(number, count) > 2500 else None

    def _guilds_of(self, number: int, count: int) -> int:
        return sum((guild.id >> 22) % count == number for guild in self._wire.bot_guilds())

    def _greet(self, session: Session, guilds: Iterable[Guild]) -> None:
        wire, bot = self._wire, self._wire.world.bot
        guilds = list(guilds)
        ready = {
            "v": 10,
            "user": payloads.user(bot) | {"verified": True, "mfa_enabled": False},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": wire.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(bot.id), "flags": wire.application_flags()},
            "private_channels": [],
        }
        session.tell("READY", ready)
        if session.intents & GUILDS:
            for guild in guilds:
                everyone = bool(session.intents & MEMBERS)
                session.tell("GUILD_CREATE", payloads.guild(guild, viewer_id=bot.id, everyone=everyone))

    def _guilds_are_sent(self, session: Session) -> None:
        session.guilds_sent = True
        self._wire.bell.ring()

    async def _resume(self, data: JSON) -> None:
        if data.get("token") != self._wire.token:
            await self._socket.close(4004)
            return
        session = self._gateway.sessions.get(data.get("session_id", ""))
        if session is None:
            self._socket.send({"op": 9, "d": False})
            return
        self._session = session
        session.socket = self._socket
        for event in session.log:
            if event["s"] > data["seq"]:
                self._socket.send(event)
        self._gateway.resumes += 1
        session.tell("RESUMED", {})
        self._wire.bell.ring()

    def _send_members(self, data: JSON) -> None:
        session = self._session
        guild = self._wire.world.guilds.get(int(data["guild_id"]))
        if session is None or guild is None:
            return
        wanted = {int(each) for each in _as_list(data.get("user_ids"))}
        query = (data.get("query") or "").lower()
        if not wanted and not query and not session.intents & MEMBERS:
            return
        members = [each for each in guild.members.values() if not wanted or each.user.id in wanted]
        members = [each for each in members if each.user.name.lower().startswith(query)]
        members = members[: data.get("limit") or None]
        chunks = [members[start : start + 1000] for start in range(0, len(members), 1000)] or [[]]
        for index, chunk in enumerate(chunks):
            answer: JSON = {
                "guild_id": str(guild.id),
                "members": [payloads.member(each) for each in chunk],
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": [str(each) for each in wanted - guild.members.keys()],
            }
            session.tell("GUILD_MEMBERS_CHUNK", answer | ({"nonce": data["nonce"]} if data.get("nonce") else {}))


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
