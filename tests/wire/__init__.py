"""The wire: a strict small stand-in for Discord, speaking REST v10 and the gateway on 127.0.0.1.

It runs inside a test and serves a real bot, in this process or another. It judges as Discord does and fails the test
for what Discord would refuse: a route that does not exist, or a body that its OpenAPI document does not allow.

    async with Wire() as wire:                          # or the fixture `wire`
        ana = wire.person("ana")
        guild = wire.add_guild("Harbour", ana, bot_permissions=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        bo = wire.add_member(guild, "bo")
        room = wire.add_channel(guild, "general")
        ... start a bot with the environment wire.environment() ...
        await wire.connected()                          # identified, and knows its servers
        asked = await bo.slash(room, "group browse")    # the act of a person, and what they got
        assert "Tides" in asked.text
        form = await bo.click(asked, "Ask to join")     # form.modal is open now
        done = await bo.submit(form, {"Anything to say?": "Hello"})

**Building** (the narrator): `person`, `add_guild`, `add_member`, `remove_member`, `remove_bot`, `invite_bot`,
`outage`, `outage_over`, `add_channel`, `delete_channel`, `set_overwrite`, `drop_overwrite`, `add_role`, `give_role`,
`take_role`, `set_bot_permissions`, `direct(person)`. A connected bot is told of each.

**Acting** (`Person`): `slash`, `autocomplete`, `context_menu`, `click`, `choose`, `submit`, `send`, `edit`, `delete`,
`sees`. An act the client would not allow is an AssertionError. `until="sent"` does not wait for the bot,
`until="answered"` does not wait for a deferred answer to be filled in. An act gives an `Interaction`: `.text`,
`.message`, `.followups`, `.modal`, `.choices`, `.response`.

**Looking**: `messages(channel)`, `visible_to(person, channel)`, `pins(channel)`, `channels(guild)`,
`overwrites(channel)`, `requests` and `asked(method, path)`, `rate_limited` (429s given), `invalid_requests` (401, 403,
429), `commands`, `gateway.identifies`, `gateway.resumes`, `notes`. A `Message` has `.text`, `.buttons`, `.marks` (the
ids of its top components), `.pinged` (whom it really notified), `.uploads` (files by name), `.nonce`, `.flags`.

**Waiting**: `await wire.connected()`, `await wire.disconnected()`, `await wire.wait_for(predicate, timeout)`, woken on
each change.

**Trouble**; a path may be `/channels/*/messages`, `*` standing for one segment:

- `lose_answer("POST", path)`: the deed is done, the connection dropped without an answer.
- `fail("POST", path, 503)`: that answer, and no deed.
- `hold("POST", path)`: gives a `Hold`; `await hold.accepted.wait()` returns when the deed is done and not yet answered,
  which is the moment to kill the bot; then `hold.release()` (or `hold.lose()`). With `before=True` the deed waits too.
- `on_accepted("POST", path, callback)`: called after each such deed.
- `drop_gateway()`: sockets close; the bot resumes, or with `resumable=False` must identify again.
- Time can be shortened: `nonce_window` (180 s), `answer_within` (3 s), `token_life` (900 s).

**Judging**: violations are raised when the wire is left; `expect_violation(pattern)` for a test that provokes one.
"""

from __future__ import annotations

from tests.wire.faults import Hold
from tests.wire.people import Person
from tests.wire.permissions import Permission
from tests.wire.server import Wire
from tests.wire.world import Channel, Guild, Interaction, Message, Modal, Overwrite, Role

__all__ = [
    "Channel",
    "Guild",
    "Hold",
    "Interaction",
    "Message",
    "Modal",
    "Overwrite",
    "Permission",
    "Person",
    "Role",
    "Wire",
]
