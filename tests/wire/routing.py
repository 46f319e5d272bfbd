"""From a method and a path to the function that answers it, and the request as that function sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.wire.errors import invalid

if TYPE_CHECKING:
    from tests.wire.server import Wire

Handler = Callable[["Call"], Any]


@dataclass(eq=False)
class Call:
    """One request to a known route. `body` is its JSON, `files` what was uploaded beside it, by name."""

    wire: Wire
    method: str
    path: str
    template: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])

    def id(self, name: str) -> int:
        """An id from the path."""
        return as_id(self.params[name], name)

    @property
    def fields(self) -> dict[str, Any]:
        """The body of a request that has an object for a body, absent or null being empty."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise invalid("_", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return self.body


def as_id(value: Any, where: str) -> int:
    """A snowflake from a path, a query or a body."""
    if not re.fullmatch(r"\d{1,20}", str(value)):
        raise invalid(where, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    return int(value)


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler


class Routes:
    """A table of routes; `on` is the decorator that fills it."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def on(self, method: str, template: str) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

        def register(handler: Handler) -> Handler:
            self._routes.append(Route(method, template, pattern, handler))
            return handler

        return register

    def include(self, other: Routes) -> None:
        self._routes.extend(other._routes)
        self._routes.sort(key=lambda route: route.template.count("{"))

    def match(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route for this request, the one with the fewest placeholders first."""
        for route in self._routes:
            if route.method == method and (found := route.pattern.fullmatch(path)):
                return route, found.groupdict()
        return None
