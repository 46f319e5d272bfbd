"""Routes that answer people: the one callback of an interaction, then messages by its token for fifteen minutes."""

from __future__ import annotations

import time

from tests.wire import components, payloads
from tests.wire.errors import invalid, refusal
from tests.wire.message_deeds import CONTEXT_MENU, DEFAULT, SETTABLE, SLASH, Draft
from tests.wire.routing import Call, Routes
from tests.wire.world import EPHEMERAL, JSON, LOADING, Interaction, Message, Modal

routes = Routes()
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_FITTING = {
    COMMAND: (MESSAGE, DEFER, MODAL),
    COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}


@routes.on("POST", "/interactions/{interaction_id}/{token}/callback")
def callback(call: Call) -> JSON | None:
    found = call.wire.world.interactions.get(call.id("interaction_id"))
    if found is None or found.token != call.params["token"]:
        raise refusal(10062)
    if found.response is not None:
        raise refusal(40060)
    if time.monotonic() - found.began > call.wire.answer_within:
        raise refusal(10062)
    kind = int(call.fields["type"])
    if kind not in _FITTING[found.type] or (kind in (DEFER_UPDATE, UPDATE) and found.source is None):
        raise invalid("type", "INTERACTION_TYPE_INVALID", f"Type {kind} does not answer an interaction of this type.")
    _respond(call, found, kind, call.fields.get("data") or {})
    found.response = kind
    wants_body = call.query.get("with_response") in ("1", "true", "True")
    return _described(found) if wants_body else None


@routes.on("POST", "/webhooks/{application_id}/{token}")
def follow_up(call: Call) -> JSON:
    found = _by_token(call)
    if found.message is not None and found.message.loading:
        flags = found.message.flags
        call.wire.message_deeds.edit(found.message, call.fields, call.files)
        found.message.flags |= flags & EPHEMERAL
        return payloads.message(found.message)
    made = _post(call, found, call.fields)
    found.followups.append(made)
    return payloads.message(made)


@routes.on("GET", "/webhooks/{application_id}/{token}/messages/{message_id}")
def read(call: Call) -> JSON:
    return payloads.message(_message(call, _by_token(call)))


@routes.on("PATCH", "/webhooks/{application_id}/{token}/messages/{message_id}")
def edit(call: Call) -> JSON:
    found = _message(call, _by_token(call))
    call.wire.message_deeds.edit(found, call.fields, call.files)
    return payloads.message(found)


@routes.on("DELETE", "/webhooks/{application_id}/{token}/messages/{message_id}")
def delete(call: Call) -> None:
    call.wire.message_deeds.delete(_message(call, _by_token(call)))


def _respond(call: Call, found: Interaction, kind: int, data: JSON) -> None:
    if kind == MESSAGE:
        found.message = _post(call, found, data)
    elif kind == DEFER:
        found.message = _post(call, found, data, extra=LOADING)
    elif kind == DEFER_UPDATE:
        found.message = found.source
    elif kind == UPDATE and found.source is not None:
        call.wire.message_deeds.edit(found.source, data, call.files)
        found.message = found.source
    elif kind == CHOICES:
        found.choices = _choices(data)
    elif kind == MODAL:
        found.modal = Modal(data.get("custom_id", ""), data.get("title", ""), components.of_modal(data), found)


def _choices(data: JSON) -> list[JSON]:
    choices: list[JSON] = data.get("choices") or []
    if len(choices) > 25:
        raise invalid("data.choices", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 25 in length.")
    for index, choice in enumerate(choices):
        if not 1 <= len(choice["name"]) <= 100 or len(str(choice["value"])) > 100:
            raise invalid(f"data.choices.{index}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    return choices


def _post(call: Call, found: Interaction, data: JSON, *, extra: int = 0) -> Message:
    flags = (data.get("flags") or 0) & (SETTABLE | EPHEMERAL) | extra
    kind = (CONTEXT_MENU if found.data.get("target_id") else SLASH) if found.type == COMMAND else DEFAULT
    draft = Draft(data, call.files, type=kind, flags=flags, interaction=found)
    draft.viewer = found.user if flags & EPHEMERAL else None
    return call.wire.message_deeds.post(found.channel, call.wire.world.bot, draft)


def _described(found: Interaction) -> JSON:
    about: JSON = {"id": str(found.id), "type": found.type}
    if found.message is not None:
        about |= {
            "response_message_id": str(found.message.id),
            "response_message_ephemeral": found.message.ephemeral,
            "response_message_loading": found.message.loading,
        }
    if found.response in (MESSAGE, UPDATE) and found.message is not None:
        return {"interaction": about, "resource": {"type": found.response, "message": payloads.message(found.message)}}
    return {"interaction": about}


def _by_token(call: Call) -> Interaction:
    found = call.wire.world.tokens.get(call.params["token"])
    if found is None or call.id("application_id") != call.wire.world.bot.id:
        raise refusal(50027)
    if time.monotonic() - found.began > call.wire.token_life:
        raise refusal(50027)
    if found.response is None:
        raise refusal(10015)
    return found


def _message(call: Call, found: Interaction) -> Message:
    wanted = call.params["message_id"]
    original = [found.message] if found.message else []
    for each in original if wanted == "@original" else original + found.followups:
        if not each.deleted and wanted in ("@original", str(each.id)):
            return each
    raise refusal(10008)
