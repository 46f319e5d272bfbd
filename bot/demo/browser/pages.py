"""Our one page: the people, the rooms each can see, the room that is shown, and what can be done from outside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.demo.browser.house import House, Reply, Room
from bot.demo.browser.markup import form_fields, words
from bot.demo.eyes import Seen
from bot.demo.people import Person
from bot.demo.wording import local, plain

EXCERPT = 180
"""So many characters of a message are shown where one is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one tab of the browser looks at."""

    house: House
    base: str
    """The path under which everything of ours is."""
    key: str
    """What SimCord's page asks for; empty if no room is shown."""
    person: Person | None = None
    room: Room | None = None
    reply: Reply | None = None

    @property
    def place(self) -> tuple[str, int] | None:
        return (self.person.name, self.room.id) if self.person and self.room else None

    @property
    def zone(self) -> str:
        return (self.person or self.house.people[0]).zone


def page(view: View) -> str:
    """The whole document."""
    title = "Circlekeeper"
    if view.person and view.room:
        title = f"{_hash(view.room)} as {view.person.name} · Circlekeeper"
    return f"""<!doctype html>
<html lang="en" data-stamp="{escape(view.house.stamp())}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="{view.base}mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="{view.base}page.css">
<script src="{view.base}page.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the room</a>
<header class="top">
<a class="brand" href="{view.base}" data-live><img src="{view.base}mark.svg" alt="" width="34" height="34">
<span><strong>Circlekeeper</strong><small>Lantern House · invented people, nothing kept</small></span></a>
<div id="time" class="time">{_time(view)}</div>
</header>
<div class="house">
<nav id="who" class="who" aria-label="People and rooms">{_people(view)}</nav>
<main id="main" tabindex="-1">
<div id="reply" role="status" aria-live="polite">{_reply(view)}</div>
<div id="stage" data-shown="{escape(_shown(view))}">{_stage(view)}</div>
<div id="menus">{_menus(view)}</div>
</main>
</div>
</body>
</html>
"""


def _time(view: View) -> str:
    now = view.house.now()
    city = view.zone.rpartition("/")[2].replace("_", " ")
    here = now.astimezone(ZoneInfo(view.zone))
    day = f"{here:%A}, {here.day} {here:%B}"
    return f"""<p class="clock"><span class="hour">{local(now, view.zone, "t")}</span>
<span class="day">{day}<small>in {escape(city)}</small></span></p>
<div class="moves" role="group" aria-label="Time and the bot">
{_button(view, "hour", "An hour later")}
{_button(view, "next", "To the next thing due")}
{_button(view, "restart", "Restart the bot")}
</div>"""


def _people(view: View) -> str:
    circles = _circles(view)
    made = "".join(
        f'<section aria-labelledby="of-{number}"><h2 id="of-{number}">{escape(title)}</h2><ul class="people">'
        + "".join(_one_of_them(view, person, task) for person, task in people)
        + "</ul></section>"
        for number, (title, people) in enumerate(circles)
        if people
    )
    chosen = f"{view.person.name}{f' in {_hash(view.room)}' if view.room else ''}" if view.person else "nobody yet"
    return (
        f'<details class="fold" id="fold" open>'
        f'<summary><span>Looking as <strong id="chosen">{escape(chosen)}</strong></span><span class="change">'
        f"Change</span></summary>{made}</details>"
    )


def _circles(view: View) -> Sequence[tuple[str, list[tuple[Person, str]]]]:
    """Everybody by what they are to the group, members by what they can see."""
    night = view.house.evening.night
    cast = night.cast
    keepers = [(cast.admin, "organiser"), (cast.lead, "safeguarding lead"), (cast.backup, "backup lead")]
    facilitators = [(cast.facilitator, "facilitator"), (cast.co_facilitator, "co-facilitator")]
    others = [cast.stranger, *cast.asking]
    inside = [person for person in others if night.room and night.room in person.eyes.names(person.actor)]
    return (
        ("Facilitators", facilitators),
        ("Members", [(person, "") for person in inside]),
        ("Not in the group", [(person, "") for person in others if person not in inside]),
        ("Keeping the server", keepers),
    )


def _one_of_them(view: View, person: Person, task: str) -> str:
    rooms = view.house.rooms(person)
    chosen = person is view.person
    news = sum(room.news for room in rooms)
    name = escape(person.name)
    link = (
        f'<a id="person-{name}" class="person" href="{view.base}?as={quote(person.name)}" data-live'
        f"{' aria-current=true' if chosen else ''}>"
        f'<span class="face" aria-hidden="true" data-face="{sum(map(ord, person.name)) % 6}">{name[0]}</span>'
        f"<span>{name}{f'<small>{escape(task)}</small>' if task else ''}</span>{_badge(news if not chosen else 0)}</a>"
    )
    if not chosen:
        return f"<li>{link}</li>"
    listed = "".join(f"<li>{_room_button(view, person, room)}</li>" for room in rooms)
    return f'<li>{link}<ul class="rooms" aria-label="Rooms that {name} can see">{listed}</ul></li>'


def _room_button(view: View, person: Person, room: Room) -> str:
    here = view.place == (person.name, room.id)
    sign = "✉" if room.letters else "♪" if room.voice else "#"
    return (
        f'<form method="post" action="{view.base}open" data-live>{_held("as", person.name)}{_held("room", room.id)}'
        f'<button id="room-{room.id}" class="room"{" aria-current=true" if here else ""}>'
        f'<span class="sign" aria-hidden="true">{sign}</span><span>{escape(room.name)}</span>'
        f"{_badge(0 if here else room.news)}</button></form>"
    )


def _stage(view: View) -> str:
    if view.person is None:
        return _welcome(view)
    if view.room is None:
        return (
            f'<div class="quiet"><h1>{escape(view.person.name)} is at the screen</h1>'
            "<p>Choose one of the rooms beside the name. What opens is what Discord would show this person, "
            "and no more.</p></div>"
        )
    where, who = escape(_hash(view.room)), escape(view.person.name)
    if view.house.showing != view.place:
        return (
            f'<div class="quiet"><h1>{where}</h1><p>One room can be shown at a time, and another is shown now.</p>'
            f'<form method="post" action="{view.base}open" data-live>{_where(view)}'
            f'<button id="show-again" class="primary">Show {where} as {who} sees it</button></form></div>'
        )
    return (
        f'<div class="shown"><div class="caption"><h1>{where}</h1><p>as {who} sees it</p>'
        f'<a href="/#{escape(view.key)}" target="_blank" rel="noopener">Open by itself'
        f'<span class="unseen"> in a new tab</span></a></div>'
        f'<iframe id="window" src="/#{escape(view.key)}" title="{where} as {who} sees it"></iframe></div>'
    )


def _welcome(view: View) -> str:
    cast = view.house.evening.night.cast
    tries = (
        (cast.stranger, "has found the server. Open the lobby, type <kbd>/group browse</kbd>, and ask to join."),
        (cast.facilitator, "runs the group. A request comes to his desk; welcome somebody in."),
        (cast.called("Bea"), "is a member in New York. See the next meeting in her own time, and answer for it."),
        (cast.lead, "is called when nobody else answers. See what she can see, and what she cannot."),
    )
    listed = "".join(
        f'<li><a href="{view.base}?as={quote(person.name)}" data-live id="try-{person.name}">{escape(person.name)}</a> '
        f"{what}</li>"
        for person, what in tries
    )
    return f"""<div class="welcome"><h1>The evening goes on</h1>
<p class="lead">You are looking at a Discord server that exists only in this window. The bot in it is the real one.
Be anybody: choose a person, then a room. You see what that person would see, and can do what they can do.</p>
<h2>To begin with</h2><ul class="tries">{listed}</ul>
<h2>Then try its patience</h2>
<p>Let an hour pass, or go straight to the next thing due. Restart the bot in the middle of anything: a form left open
still works afterwards.</p></div>"""


def _reply(view: View) -> str:
    reply = view.reply
    if reply is None:
        return ""
    made = f'<p class="told">{escape(reply.told)}</p>'
    if reply.person is not None:
        now, name = view.house.now(), escape(reply.person.name)
        if reply.seen:
            said = "".join(f'<div class="message">{words(seen.text, reply.person, now)}</div>' for seen in reply.seen)
            more = "<p class='hint'>Its buttons can be pressed in the room below.</p>" if _pressable(reply) else ""
            made += f'<div class="private"><p class="only">Only {name} sees this</p>{said}{more}</div>'
        if reply.form is not None:
            made += (
                f'<form class="asked" method="post" action="{view.base}form" data-live>{_where(view)}'
                f"{_held('reply', reply.id)}<h2>{escape(reply.form.title)}</h2>"
                f"{form_fields(reply, reply.form, reply.person, now)}"
                f'<div class="ends"><button class="primary" id="send">Send</button>'
                f'<a href="{_here(view)}" data-live>Cancel</a></div></form>'
            )
    kind = "reply failed" if reply.failed else "reply"
    return f'<section class="{kind}" id="said" tabindex="-1" aria-label="What happened">{made}</section>'


def _menus(view: View) -> str:
    """SimCord's page has no menu at a message, so it is here."""
    if view.person is None or view.room is None or view.house.showing != view.place:
        return ""
    menus = view.house.menus(view.person, view.room.id)
    messages = view.house.messages(view.person, view.room.id) if menus else []
    if not messages:
        return ""
    listed = "".join(_menu_of(view, view.person, seen, menus) for seen in reversed(messages))
    return (
        '<details class="menus" id="messages"><summary>Use the menu of a message</summary>'
        '<p class="hint">In Discord these stand under <em>Apps</em> in the menu of every message. Newest first.</p>'
        f"<ul>{listed}</ul></details>"
    )


def _menu_of(view: View, person: Person, seen: Seen, menus: Sequence[str]) -> str:
    now = view.house.now()
    text = " ".join(plain(seen.text, person, now).split()) or "a message without words"
    text = text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"
    author = person.eyes.person_name(seen.message.author.id)
    buttons = "".join(
        f'<button id="menu-{seen.id}-{number}" name="menu" value="{escape(menu)}" '
        f'aria-describedby="message-{seen.id}">{escape(menu)}</button>'
        for number, menu in enumerate(menus)
    )
    return (
        f'<li><div id="message-{seen.id}"><p class="byline"><strong>{escape(author)}</strong> '
        f"{escape(local(seen.at, person.zone, 'f'))}</p><p>{escape(text)}</p></div>"
        f'<form method="post" action="{view.base}menu" data-live>{_where(view)}{_held("message", seen.id)}'
        f"{buttons}</form></li>"
    )


def _button(view: View, action: str, label: str) -> str:
    return (
        f'<form method="post" action="{view.base}{action}" data-live>{_where(view)}'
        f'<button id="{action}">{escape(label)}</button></form>'
    )


def _where(view: View) -> str:
    """What the page has to remember of where it is."""
    held = _held("as", view.person.name) if view.person else ""
    return held + (_held("room", view.room.id) if view.room else "")


def _here(view: View) -> str:
    if view.person is None:
        return view.base
    return f"{view.base}?as={quote(view.person.name)}{f'&amp;room={view.room.id}' if view.room else ''}"


def _held(name: str, value: object) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(str(value))}">'


def _badge(news: int) -> str:
    return f'<span class="news">{news}<span class="unseen"> new</span></span>' if news else ""


def _hash(room: Room) -> str:
    return room.name if room.letters or room.voice else f"#{room.name}"


def _shown(view: View) -> str:
    """Changes only when something else stands on the stage, so that an open room is not opened anew."""
    shown = view.house.showing == view.place
    who = view.person.name if view.person else ""
    return f"{who}/{view.room.id if view.room else ''}/{view.key if shown else ''}"


def _pressable(reply: Reply) -> bool:
    return any(seen.buttons or seen.choices for seen in reply.seen)
