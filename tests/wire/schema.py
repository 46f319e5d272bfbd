"""Whether a body is one that Discord's OpenAPI document allows, loosened only as Discord itself is looser."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.exceptions import best_match

_BESIDE_THE_REPOSITORY = Path(__file__).parents[3] / "shared" / "data" / "openapi.json"
# Where the document offers several kinds of body and the loosest takes anything, the one that is meant here.
_MEANT = {"/channels/{}": "UpdateGuildChannelRequestPartial", "/webhooks/{}/{}": "IncomingWebhookRequestPartial"}


def document_path() -> Path | None:
    """Where the document is: `DISCORD_OPENAPI`, else beside the repository, else nowhere and nothing is checked."""
    named = os.environ.get("DISCORD_OPENAPI")
    path = Path(named) if named else _BESIDE_THE_REPOSITORY
    return path if path.is_file() else None


class Schema:
    """The document, with a validator made for each route when it is first asked for."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._paths = {_shape(path): item for path, item in document["paths"].items()}
        self._checker = _checker(document)
        self._validators: dict[tuple[str, str], Any] = {}

    def problem(self, method: str, template: str, body: Any) -> str | None:
        """What the document has against this body, in words, or None."""
        validator = self._validator(method, template)
        if validator is None:
            return None
        error = best_match(validator.iter_errors({} if body is None else body))
        return None if error is None else f"{'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:300]}"

    def flaw(self, method: str, template: str, answer: Any) -> str | None:
        """What is wrong with an answer of the stand-in's own, going by the document."""
        key = (f"{method} answer", _shape(template))
        if key not in self._validators:
            schema = self._answer_schema(method, _shape(template))
            self._validators[key] = None if schema is None else self._checker(schema)
        validator = self._validators[key]
        error = best_match(validator.iter_errors(answer)) if validator else None
        return (
            None if error is None else f"{'.'.join(map(str, error.absolute_path)) or 'answer'}: {error.message[:300]}"
        )

    def unknown_keys(self, method: str, template: str, body: Any) -> set[str]:
        """Keys of the body that the document does not speak of; Discord ignores them."""
        validator = self._validator(method, template)
        if validator is None or not isinstance(body, dict):
            return set()
        return set(body) - set(self._properties(validator.schema))

    def _validator(self, method: str, template: str) -> Any:
        key = (method, _shape(template))
        if key not in self._validators:
            schema = self._body_schema(*key)
            self._validators[key] = None if schema is None else self._checker(schema)
        return self._validators[key]

    def _body_schema(self, method: str, shape: str) -> dict[str, Any] | None:
        operation = self._paths.get(shape, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return None
        meant = _MEANT.get(shape)
        return {"$ref": f"#/components/schemas/{meant}"} if meant else content["application/json"]["schema"]

    def _answer_schema(self, method: str, shape: str) -> dict[str, Any] | None:
        responses = self._paths.get(shape, {}).get(method.lower(), {}).get("responses", {})
        content = next((responses[code].get("content", {}) for code in ("200", "201") if code in responses), {})
        return content.get("application/json", {}).get("schema")

    def _properties(self, schema: dict[str, Any]) -> Iterator[str]:
        if "$ref" in schema:
            schema = _resolve(self._document, schema["$ref"])
        yield from schema.get("properties", {})
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(keyword, []):
                yield from self._properties(branch)


@functools.cache
def load(path: Path) -> Schema:
    """The document at this path, read once."""
    return Schema(json.loads(path.read_text(encoding="utf-8")))


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _resolve(document: dict[str, Any], ref: str) -> dict[str, Any]:
    return document["components"]["schemas"][ref.rsplit("/", 1)[1]]


def _checker(document: dict[str, Any]) -> Any:
    """A validator class that knows the document's references and Discord's looseness, and nothing looser."""

    def reference(validator: Any, ref: str, instance: Any, _: Any) -> Iterable[ValidationError]:
        if ref.endswith("/SnowflakeType") and _is_integer(instance):
            return
        yield from validator.descend(instance, _resolve(document, ref))

    def union(validator: Any, branches: list[dict[str, Any]], instance: Any, schema: Any) -> Iterable[ValidationError]:
        if all("const" in branch for branch in branches):
            if instance not in [branch["const"] for branch in branches] and not _is_digits(instance):
                yield ValidationError(f"{instance!r} is not one of {[branch['const'] for branch in branches]}")
            return
        fitting = [branch for branch in branches if _may_be(document, branch, instance)]
        if len(fitting) == 1:
            yield from validator.descend(instance, fitting[0])
        elif not any(validator.evolve(schema=branch).is_valid(instance) for branch in fitting):
            errors = [error for branch in fitting for error in validator.descend(instance, branch)]
            yield ValidationError(f"{str(instance)[:200]} is none of the kinds allowed here", context=errors)

    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: _is_integer(value) or _is_digits(value)
    )
    keywords = {"$ref": reference, "oneOf": union, "anyOf": union}
    return validators.extend(Draft202012Validator, keywords, type_checker=types)


def _may_be(document: dict[str, Any], branch: dict[str, Any], instance: Any) -> bool:
    """Whether an object's `type` leaves this branch of a union open, so that a fault is told of the one meant."""
    if "$ref" in branch:
        branch = _resolve(document, branch["$ref"])
    if branch.get("type") == "null":
        return instance is None
    kinds = branch.get("properties", {}).get("type", {}).get("enum")
    return not (kinds and isinstance(instance, dict) and "type" in instance) or instance["type"] in kinds


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None
