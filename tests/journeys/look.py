"""A page is loaded once and looked at by all that people need: contrast in both schemes, any screen, any finger."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Found = Iterator[str]
WIDTHS, HEIGHT = (320, 360, 1280), 740


def barriers_in_any_light(page: Page, *, rules: Any = None, context: Any = None) -> Found:
    """In the light; in the dark nothing but the colours differs, once they stand still. ``rules`` and ``context`` are
    axe's own."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield from barriers(page, rules, context)
    page.emulate_media(color_scheme="dark")
    yield from (f"in the dark: {one}" for one in barriers(page, {"runOnly": ["color-contrast"]}, context))
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def barriers(page: Page, rules: Any = None, context: Any = None) -> Found:
    """Axe's; of what is well it need not tell more than that."""
    options = {"resultTypes": ["violations"], **(rules or {})}
    found = Axe().run(page, context=context, options=options).response["violations"]
    return (f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"])


def too_wide(page: Page) -> Found:
    """On which screens one has to scroll sideways."""
    usual = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            yield f"wider than {width}"
    if usual:
        page.set_viewport_size(usual)


def too_small(page: Page, buttons: str = "button:visible, a.button:visible, a.day:visible") -> Found:
    """What a finger does not hit, on the narrowest screen and the widest."""
    usual = page.viewport_size
    for width in (WIDTHS[0], WIDTHS[-1]):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        sizes = page.locator(buttons).evaluate_all(
            "nodes => nodes.map(node => [node.getBoundingClientRect().height, node.innerText])"
        )
        yield from (f"lower than a finger: {text}" for height, text in sizes if height < 44)
    if usual:
        page.set_viewport_size(usual)
