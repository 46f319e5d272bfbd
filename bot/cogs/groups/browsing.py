"""Looking around: the list of groups, and what a person may do about each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client import Interaction
from bot.cogs.groups.asking import AskButton, TakeButton, VisitButton
from bot.cogs.groups.offers import DeclineButton, LeaveListButton, TakeBackButton
from bot.cogs.groups.visiting import StayButton
from bot.features.groups.places.model import Listing
from bot.ui.access import Access, Answers
from bot.ui.answer import answer, replace, words_of
from bot.ui.components import PersistentButton
from bot.ui.pages import Page, Row
from bot.ui.texts import Words, instant

ON_A_PAGE = 5


def list_page(words: Words, listings: Sequence[Listing], start: int) -> Page:
    """Up to five groups from ``start``, each with what this person may do about it."""
    shown = listings[start : start + ON_A_PAGE]
    if not shown:
        return Page(words("groups.none_open"))
    parts: list[str | Row] = [words("groups.browse_intro")]
    for listing in shown:
        parts += [_entry(words, listing), *_buttons(listing)]
    if len(listings) > start + ON_A_PAGE:
        parts.append(Row(MoreButton(start + ON_A_PAGE)))
    return Page(*parts)


def _entry(words: Words, listing: Listing) -> str:
    group = listing.group
    entry = words("groups.listing", name=group.name)
    about = words("groups.listing_about", about=group.about) if group.about else ""
    return "\n".join(part for part in (entry, about, _standing(words, listing)) if part)


def _standing(words: Words, listing: Listing) -> str:
    """What this person is to the group, or else whether it has room for them."""
    if listing.inside:
        return words("groups.listing_visiting" if listing.visiting else "groups.listing_inside")
    if listing.asked:
        return words("groups.listing_asked")
    if listing.expected is not None:
        if listing.expected.offer_ends_at is None:
            return words("groups.listing_waiting")
        which = "groups.listing_invited" if listing.expected.invited else "groups.listing_offered"
        return words(which, until=instant(listing.expected.offer_ends_at))
    return words("groups.listing_full") if listing.full else ""


def _buttons(listing: Listing) -> list[Row]:
    group_id = listing.group.id
    if listing.inside:
        return [Row(StayButton(group_id))] if listing.visiting else []
    if listing.asked:
        return [Row(TakeBackButton(group_id))]
    if listing.expected is None:
        return [Row(AskButton(group_id), VisitButton(group_id))]
    if listing.expected.offered:
        return [Row(TakeButton(group_id), DeclineButton(group_id))]
    return [Row(LeaveListButton(group_id))]


async def _listings(interaction: Interaction) -> list[Listing]:
    assert interaction.guild_id is not None
    requests = interaction.client.services.groups.requests
    return await requests.listings(guild_id=interaction.guild_id, user_id=interaction.user.id)


class MoreButton(PersistentButton, template=r"groups-more:(?P<start>\d+)"):
    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.more_button"

    def __init__(self, start: int) -> None:
        super().__init__(f"groups-more:{start}")
        self.start = start

    async def press(self, interaction: Interaction) -> None:
        listings = await _listings(interaction)
        await replace(interaction, list_page(words_of(interaction), listings, self.start))


class LookButton(PersistentButton, template=r"groups-look"):
    """The same list, for somebody who was asked whether they want to look at other groups."""

    access = Access.ANYONE
    answers = Answers.NOW
    label = "groups.look_button"

    def __init__(self) -> None:
        super().__init__("groups-look")

    async def press(self, interaction: Interaction) -> None:
        listings = await _listings(interaction)
        await answer(interaction, list_page(words_of(interaction), listings, 0))
