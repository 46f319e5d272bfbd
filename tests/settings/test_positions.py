"""On which line a key stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.settings.positions import find_lines, line_of
from bot.settings.starter import starter_dir

TRICKY = '''# [nothing] = here
[first]
plain = "a # no comment, = no key, [no table"
"quoted" = 1
apostrophe = 'it\\' # the end
long = """
[second]
plain = 3 \\""" still inside
"""   # after it
list = [
    "one",  # ] = "
    { after = "5 min", tell = "backup" },

    [3, 4],
]
a.b = { c = [1, 2] }

[ second . inner ]
plain = true
[[many]]
name = 1
[[many]]
name = 2
last = 3'''


def test_finds_keys_among_everything_that_looks_like_one() -> None:
    tomllib.loads(TRICKY)
    assert find_lines(TRICKY) == {
        ("first",): 2,
        ("first", "plain"): 3,
        ("first", "quoted"): 4,
        ("first", "apostrophe"): 5,
        ("first", "long"): 6,
        ("first", "list"): 10,
        ("first", "list", 0): 11,
        ("first", "list", 1): 12,
        ("first", "list", 2): 14,
        ("first", "a", "b"): 16,
        ("second", "inner"): 18,
        ("second", "inner", "plain"): 19,
        ("many",): 20,
        ("many", 0): 20,
        ("many", 0, "name"): 21,
        ("many", 1): 22,
        ("many", 1, "name"): 23,
        ("many", 1, "last"): 24,
    }


def test_what_has_no_line_of_its_own_has_the_line_around_it() -> None:
    lines = find_lines(TRICKY)
    assert line_of(lines, ("first", "list", 1, "tell")) == 12
    assert line_of(lines, ("first", "missing")) == 2
    assert line_of(lines, ("nowhere", "at all")) is None


def test_every_key_of_the_shipped_files_is_found_on_a_line_that_begins_with_it() -> None:
    for name in ("bot.toml", "texts/en.toml"):
        text = (starter_dir() / name).read_text(encoding="utf-8")
        lines = find_lines(text)
        for path in _keys(tomllib.loads(text)):
            assert text.splitlines()[lines[path] - 1].startswith(f"{path[-1]} =")


_value = st.one_of(
    st.integers().map(str),
    st.text(alphabet="ab [=]#'{}\",\n", max_size=12).map(
        lambda text: '"""' + text.replace("\\", "").replace('"', '\\"') + '"""'
    ),
    st.text(alphabet="ab [=]#'{},", max_size=12).map(lambda text: f'"{text}"'),
    st.lists(st.sampled_from(["1", '"]"', "{ x = 1 }"]), max_size=3).map(lambda items: "[\n" + ",\n".join(items) + "]"),
)


@given(st.lists(st.tuples(st.booleans(), _value), max_size=12))
def test_finds_each_key_whatever_the_values_before_it(entries: list[tuple[bool, str]]) -> None:
    text, expected, table = "", {}, ""
    for number, (opens_table, value) in enumerate(entries):
        if opens_table:
            table = f"table{number}"
            text += f"[{table}]\n"
        expected[(table, f"key{number}") if table else (f"key{number}",)] = text.count("\n") + 1
        text += f"key{number} = {value}\n"
    tomllib.loads(text)
    lines = find_lines(text)
    assert {path: lines.get(path) for path in expected} == expected


def _keys(values: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _keys(value, (*path, name))
        else:
            yield (*path, name)
