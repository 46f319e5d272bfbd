"""Everything that people can use, walked as every kind of person: what it declares, and that it holds to it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
import pytest_asyncio

from bot.storage import Database, Tx
from bot.ui.access import Access, Answers
from tests import astray
from tests.simcord_bot import texts
from tests.walk import HELD, OF_A_GROUP, Town, Way, example_id, leaves, pattern_of, town, ways

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Town]:
    """One town for all: whoever acts in it is seated anew before each act."""
    async with town(tmp_path_factory.mktemp("town")) as made:
        yield made


def holders(access: Access) -> list[str]:
    return [name for name, held in HELD.items() if held & access]


# what is declared


async def test_everything_that_people_can_use_says_who_may_and_how_it_answers(here: Town) -> None:
    found = ways(here.world.bot)
    assert len(found) > 10
    assert [way.name for way in found if way.gate is None] == []


async def test_only_set_up_is_hidden_by_discord(here: Town) -> None:
    roots = here.world.bot.tree.get_commands()
    hidden = {root.name: root.default_permissions for root in roots if root.default_permissions is not None}
    assert {name: permissions.value for name, permissions in hidden.items()} == {"setup": 1 << 5}
    inner = [leaf.qualified_name for leaf in leaves(here.world.bot) if leaf.parent and leaf.default_permissions]
    assert inner == []


async def test_every_command_and_option_is_described_in_the_operators_words(here: Town) -> None:
    bot, words = here.world.bot, here.world.settings.texts
    described = {
        f"commands.{re.sub('[ -]', '_', one.qualified_name)}": one.description for one in bot.tree.walk_commands()
    }
    for leaf in leaves(bot):
        key = f"commands.{re.sub('[ -]', '_', leaf.qualified_name)}"
        described |= {f"{key}__{option.name}": str(option.description) for option in leaf.parameters}
    assert described == {key: words.get(key) for key in described}
    assert {key for key in words if key.startswith("commands.")} == set(described), "no text is for nothing"


async def test_no_two_answer_to_the_same_custom_id(here: Town) -> None:
    kinds = [*here.world.bot.components, *here.world.bot.forms]
    patterns = {kind: pattern_of(kind) for kind in kinds}
    assert len(set(patterns.values())) == len(kinds)
    mixed = [
        (one, other)
        for one in kinds
        for other, pattern in patterns.items()
        if other is not one and re.fullmatch(pattern, example_id(one, group=here.here.id))
    ]
    assert mixed == []


async def test_custom_ids_are_within_discords_hundred_characters(here: Town) -> None:
    longest = "9" * 16  # row ids have 53 bits
    too_long: list[str] = []
    for kind in (*here.world.bot.components, *here.world.bot.forms):
        names = re.findall(r"\(\?P<(\w+)>(?:\\d|\[0-9\])[+]\)", pattern_of(kind))
        if len(example_id(kind, **dict.fromkeys(names, longest))) > 100:
            too_long.append(kind.__name__)
    assert too_long == []


async def test_custom_ids_are_read_back_as_they_were_written(here: Town) -> None:
    """The id that a component makes of what it read is the id that it read."""
    for kind in (*here.world.bot.components, *here.world.bot.forms):
        custom_id = example_id(kind, group=here.here.id)
        match = re.fullmatch(pattern_of(kind), custom_id)
        assert match is not None
        values = {name: int(part) if part.isdecimal() else part for name, part in match.groupdict().items()}
        made = kind(**values)
        assert re.fullmatch(pattern_of(kind), made.custom_id)
        assert getattr(made, "group_id", None) in (None, here.here.id)


async def test_what_is_of_a_group_says_of_which(here: Town) -> None:
    """A message can be seen outside its group's room: what is on it must not depend on where it is pressed."""
    kinds = (*here.world.bot.components, *here.world.bot.forms)
    placeless = [kind.__name__ for kind in kinds if kind.access & OF_A_GROUP and "(?P<group>" not in pattern_of(kind)]
    assert placeless == []
    unnamed = [
        leaf.qualified_name
        for leaf in leaves(here.world.bot)
        if (gate := next(way.gate for way in ways(here.world.bot) if way.thing is leaf))
        and gate.access & OF_A_GROUP
        and "group" not in {option.name for option in leaf.parameters}
    ]
    assert unnamed == []


# who may


@pytest.mark.parametrize("name", HELD)
async def test_everything_lets_in_whom_it_declares_and_nobody_else(here: Town, name: str) -> None:
    wrong = [fault for way in ways(here.world.bot) for fault in await tried(here, name, way)]
    assert wrong == []


async def tried(here: Town, name: str, way: Way) -> list[str]:
    """What is wrong with how this person is answered here."""
    assert way.gate is not None
    await here.seat()
    result = await here.act(name, way)
    allowed = bool(way.gate.access & HELD[name])
    if here.refused(result, way.gate) == allowed:
        return [f"{way.name} {'refuses' if allowed else 'lets in'} the {name}"]
    return [] if result is None else [f"{way.name}: {fault}" for fault in faults(here, result)]


def faults(here: Town, result: Any) -> list[str]:
    """What is wrong with an answer, whatever it says."""
    unexpected = here.world.settings.texts["errors.unexpected"].split("{")[0]
    messages = [message for message in (result.response, *result.followups) if message is not None]
    told = "\n".join(text for message in messages for text in texts(message.components))
    found = ["something went wrong on our side"] if unexpected in told else []
    found += [] if result.acknowledged else ["it never answered"]
    found += [] if all(message.ephemeral for message in messages) else ["it answered where others can see"]
    return found


@pytest.mark.parametrize("name", HELD)
async def test_a_group_is_offered_where_this_person_may_run_the_command(here: Town, name: str) -> None:
    offered: dict[str, tuple[bool, bool]] = {}
    for way in ways(here.world.bot):
        for option in getattr(way.thing, "parameters", ()):
            if option.name == "group" and option.autocomplete:
                person = here.people[name]
                choices = await person.autocomplete(here.room, way.thing.qualified_name, "group", "")
                assert way.gate is not None
                may = bool(way.gate.access & HELD[name])
                offered[way.name] = ("Here" in [choice["name"] for choice in choices], may)
    assert offered
    assert {way: is_so for way, (is_so, may) in offered.items() if is_so != may} == {}


# in time


class SlowDatabase(Database):
    """Notes every commit that somebody waits for, and whether they had an answer by then.

    With two seconds for each, one is the most that fits into Discord's three; what runs beside is waited for by nobody.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.waited: list[tuple[str, int]] = []
        self.answers: Callable[[], int] = int

    @contextlib.asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncGenerator[Tx]:
        async with super().begin(urgent=urgent) as tx:
            yield tx
        task = asyncio.current_task()
        if task is not None and not task.get_name().startswith(("drain:", "errand:")):
            self.waited.append((task.get_name(), self.answers()))


@pytest.mark.asyncio(loop_scope="function")
async def test_with_two_seconds_more_for_every_commit_nobody_waits_for_more_than_three(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.Database", SlowDatabase)
    async with town(tmp_path_factory.mktemp("slow"), extensions=("tests.astray",), words=astray.TEXTS) as here:
        declared = [way for way in ways(here.world.bot) if way.gate is not None]
        waits = {way.name: await commits_before_the_answer(here, way) for way in declared}
    most = {Answers.NOW: 1, Answers.LATER: 0, Answers.FORM: 0}
    late = {way.name: waits[way.name] for way in declared if way.gate and waits[way.name] > most[way.gate.answers]}
    assert late == {"/astray slow": 2}, "the one that was planted is noticed, and it is the only one"


async def commits_before_the_answer(here: Town, way: Way) -> int:
    database = here.world.services.db
    assert isinstance(database, SlowDatabase)
    assert way.gate is not None
    await here.seat()
    earlier = callbacks(here)
    database.waited.clear()
    database.answers = lambda: callbacks(here) - earlier
    await here.act(holders(way.gate.access)[-1], way)
    return sum(1 for _, answers in database.waited if not answers)


def callbacks(here: Town) -> int:
    return sum(1 for request in here.world.env.http_requests if request.path.endswith("/callback"))


# that this would be noticed


@pytest.mark.asyncio(loop_scope="function")
async def test_what_breaks_the_rules_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with town(tmp_path_factory.mktemp("astray"), extensions=("tests.astray",), words=astray.TEXTS) as here:
        found = {way.name: way for way in ways(here.world.bot)}
        assert found["/astray undeclared"].gate is None
        noticed = {name: await tried(here, "member", found[name]) for name in found if found[name].gate is not None}
    assert {name: faults for name, faults in noticed.items() if faults} == {
        "/astray public": ["/astray public: it answered where others can see"],
        "/astray silent": ["/astray silent: it never answered"],
        "/astray broken": ["/astray broken: something went wrong on our side"],
        "tests.astray.Careless": ["tests.astray.Careless refuses the member"],
    }
