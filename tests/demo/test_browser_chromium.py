"""The whole of ``circlekeeper demo --open``, as a person with a browser and a keyboard has it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 90
"""Seconds in which the evening is played, also where several tests run at once."""
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}


@contextmanager
def chromium() -> Generator[Any]:
    """A browser. Where there is none the rest of the test is skipped."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Demo:
    """The command, running, with a folder of its own for what it keeps while it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder.with_name("output")
        environ = {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "PATH": os.environ["PATH"]}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "demo", "--open"],
                cwd=folder.parent,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def address(self) -> str:
        for _ in range(PATIENCE * 10):
            if found := re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", self.output.read_text()):
                return found[0]
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.1)
        raise AssertionError(self.output.read_text())

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@contextmanager
def played(folder: Path) -> Generator[Demo]:
    folder.mkdir()
    demo = Demo(folder)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.wait()


class Keyboard:
    """Somebody without a mouse: goes from one thing to the next until it is the one they want."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, wanted: str) -> None:
        """``wanted``: what the thing in focus must match, on our page or in the room."""
        for _ in range(150):
            if self._focused().matches(wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted} cannot be reached by Tab; the focus is at {self._focused().markup}")

    def press(self, wanted: str) -> None:
        self.to(wanted)
        self.page.keyboard.press("Enter")

    def _focused(self) -> Focused:
        return Focused(self.page)


class Focused:
    def __init__(self, page: Any) -> None:
        inner = [frame for frame in page.frames if frame is not page.main_frame]
        on_ours = page.evaluate("document.activeElement?.tagName")
        self._frame = inner[0] if on_ours == "IFRAME" and inner else page.main_frame

    @property
    def markup(self) -> str:
        return self._frame.evaluate("document.activeElement?.outerHTML.slice(0, 300) ?? ''")

    def matches(self, wanted: str) -> bool:
        return self._frame.evaluate(
            """wanted => {
                const at = document.activeElement;
                if (!at || at === document.body) return false;
                if (wanted.startsWith("#")) return at.matches(wanted);
                return (at.innerText ?? "").split("\\n").some((line) => line.trim() === wanted);
            }""",
            wanted,
        )


def by_keyboard_alone_somebody_goes_about_in_the_evening(chromium: Any, demo: Demo, size: str) -> None:
    width, height = SIZES[size]
    page = chromium.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.set_default_timeout(20_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(demo.address())
    keys = Keyboard(page)

    keys.press("#person-Bea")
    page.wait_for_selector(".rooms")
    keys.press("lantern-circle")
    room = page.frame_locator("#window")
    room.get_by_role("button", name="Just listening").last.wait_for()
    assert page.title().startswith("#lantern-circle as Bea")

    answered = room.get_by_text("Only you can see this")
    before = answered.count()
    # backwards from the field one writes in, the newest buttons come first
    keys.to("#channel-composer-input")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if Focused(page).matches("Can't make it"):
            break
    page.keyboard.press("Enter")
    answered.nth(before).wait_for()

    clock = page.inner_text("#time .hour")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Home")
    page.focus(".skip")
    keys.press("#hour")
    page.get_by_text("An hour has gone by.").wait_for()
    assert page.inner_text("#time .hour") != clock
    assert page.evaluate("document.activeElement.id") == "hour", "the focus stays where it was"
    keys.press("#restart")
    page.get_by_text("stopped and started again").wait_for()
    room.get_by_role("button", name="Just listening").last.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing runs out of the window"
    assert page.evaluate(UNNAMED) == []
    assert troubles == []
    page.close()


UNNAMED = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, iframe, summary")]
    .filter((one) => !(one.textContent.trim() || one.title || one.labels?.length))
    .map((one) => one.outerHTML)"""


def a_message_is_flagged_and_the_form_answered_by_keyboard(chromium: Any, demo: Demo) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(20_000)
    page.goto(demo.address())
    keys = Keyboard(page)
    room = page.frame_locator("#window")
    for name in ("Bea", "Amara"):
        keys.press(f"#person-{name}")
        page.wait_for_selector(f"[aria-label='Rooms that {name} can see']")
        keys.press("lantern-circle")
        room.get_by_role("button", name="Just listening").last.wait_for()
        page.get_by_text(f"as {name} sees it").first.wait_for()
        if name == "Bea":
            keys.to("#channel-composer-input")
            page.keyboard.type("Nobody at home knows how tired I am.")
            page.keyboard.press("Enter")
            room.get_by_text("Nobody at home knows how tired I am.").last.wait_for()
            page.focus(".skip")
    page.focus("#messages summary")
    page.keyboard.press("Enter")
    keys.press("Flag to facilitators")
    page.wait_for_selector("form.asked")
    assert page.evaluate("document.activeElement.type") == "radio", "the form is gone to when it opens"
    page.keyboard.press("ArrowDown")
    keys.press("#send")
    page.get_by_text("Only Amara sees this").wait_for()
    assert page.locator("form.asked").count() == 0
    page.close()


def a_second_tab_takes_the_room_and_the_first_one_says_so(chromium: Any, demo: Demo) -> None:
    context = chromium.new_context()
    first, second = context.new_page(), context.new_page()
    for page, name in ((first, "Bea"), (second, "Emil")):
        page.goto(demo.address())
        page.click(f"#person-{name}")
        page.click(".rooms button:has-text('lantern-circle')")
        page.wait_for_selector("#window")
    first.get_by_text("another is shown now").wait_for()
    first.click("#show-again")
    first.wait_for_selector("#window")
    context.close()


def ends_cleanly_and_keeps_nothing(demo: Demo, how: signal.Signals) -> None:
    assert demo.end(how) == 0, demo.output.read_text()
    assert "Traceback" not in demo.output.read_text()
    assert list(demo.folder.iterdir()) == []


def test_the_evening_is_gone_on_with_in_a_browser(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One test, because the evening takes long: several processes that share these would each play it."""
    with played(tmp_path / "temporary") as demo:
        demo.address()
        with subtests.test("in a browser"), chromium() as browser:
            for size in SIZES:
                by_keyboard_alone_somebody_goes_about_in_the_evening(browser, demo, size)
            a_message_is_flagged_and_the_form_answered_by_keyboard(browser, demo)
            a_second_tab_takes_the_room_and_the_first_one_says_so(browser, demo)
        ends_cleanly_and_keeps_nothing(demo, signal.SIGINT)


def test_told_to_stop_while_the_evening_is_played_it_ends_cleanly_and_keeps_nothing(tmp_path: Path) -> None:
    with played(tmp_path / "temporary") as demo:
        while "2 of" not in demo.output.read_text():
            assert demo.process.poll() is None, demo.output.read_text()
            time.sleep(0.1)
        ends_cleanly_and_keeps_nothing(demo, signal.SIGTERM)
