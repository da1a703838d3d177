"""Telegram's side of a Mini App, as its apps for phones have it: it opens the page, hears what the page posts, and
presses its own buttons."""

import json
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Page, expect

from tests.telegram_bot.mini_app.opening import ANNA, init_data

# Telegram for iOS by day, for Android at night, and a theme that somebody made who does not read.
DAY = {
    "bg_color": "#ffffff", "secondary_bg_color": "#efeff4", "section_bg_color": "#ffffff", "text_color": "#000000",
    "hint_color": "#8e8e93", "subtitle_text_color": "#8e8e93", "link_color": "#007aff", "button_color": "#007aff",
    "button_text_color": "#ffffff", "accent_text_color": "#007aff", "destructive_text_color": "#ff3b30",
}  # fmt: skip
NIGHT = {
    "bg_color": "#1d2733", "secondary_bg_color": "#151e27", "section_bg_color": "#1d2733", "text_color": "#ffffff",
    "hint_color": "#7d8b99", "subtitle_text_color": "#7b8790", "link_color": "#5eabe1", "button_color": "#50a8eb",
    "button_text_color": "#ffffff", "accent_text_color": "#64b5ef", "destructive_text_color": "#ee686f",
}  # fmt: skip
FADED = dict.fromkeys(DAY, "#ffee88") | {"bg_color": "#ffffff", "secondary_bg_color": "#fffff0"}
HALF_READABLE = NIGHT | {"secondary_bg_color": "#f0f0f0"}
NO_COLOURS = {"bg_color": "red", "text_color": "#fff", "secondary_bg_color": "url(https://evil.example/)"}
THEMES = {"day": DAY, "night": NIGHT, "faded": FADED, "half readable": HALF_READABLE, "no colours": NO_COLOURS}

PROXY = """
    window.posted = [];
    window.TelegramWebviewProxy = { postEvent: (kind, data) => posted.push([kind, JSON.parse(data)]) };
"""
IS_READY = "() => window.posted?.some(([kind]) => kind === 'web_app_ready')"


class TelegramHost:
    def __init__(self, context: BrowserContext) -> None:
        context.add_init_script(PROXY)
        self.page: Page = context.new_page()

    def open(self, address: str, theme: dict[str, str] = DAY, user: dict = ANNA, **opening: object) -> None:
        """Until the page knows who has opened it."""
        self.page.goto(f"{address}?tg=1#{launch(theme, init_data(user, **opening))}")
        expect(self.page.locator("html[data-telegram=known]")).to_be_attached()
        self.page.wait_for_function(IS_READY)

    def says(self, kind: str, data: object = None) -> None:
        """To the page that is shown, when it has said that it is ready."""
        self.page.wait_for_function(IS_READY)
        self.page.evaluate("([kind, data]) => window.Telegram.WebView.receiveEvent(kind, data)", [kind, data])

    def last(self, kind: str) -> object:
        """What the page now shown has posted of this kind, when it has said that it is ready."""
        self.page.wait_for_function(IS_READY)
        return dict(self.page.evaluate("window.posted")).get(kind)

    def colour(self, name: str) -> str:
        return self.page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()")


def launch(theme: dict[str, str], *data: str, version: str = "8.0") -> str:
    """What Telegram writes after the address."""
    said = [*(("tgWebAppData", each) for each in data), ("tgWebAppVersion", version), ("tgWebAppPlatform", "android")]
    return "&".join(
        f"{name}={quote(text, safe='')}" for name, text in [*said, ("tgWebAppThemeParams", json.dumps(theme))]
    )
