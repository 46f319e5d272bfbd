"""The demo's server in a browser: one page of ours around SimCord's view of a room."""

from bot.demo.browser.opening import show

__all__ = ["show"]
