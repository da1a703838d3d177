"""Inside Telegram the pages are light or dark by its theme; the colours are those they have elsewhere."""

import re
from pathlib import Path

from django.contrib.staticfiles.finders import find

COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6});")


def palettes(file: str, *beginnings: str) -> list[dict[str, str]]:
    """The colours of the rule after each of ``beginnings``."""
    css = Path(find(file)).read_text()
    return [dict(COLOUR.findall(css.partition(beginning)[2].partition("}")[0])) for beginning in beginnings]


def test_the_palettes_are_the_same():
    elsewhere = palettes("booking/okno.css", ":root {", "@media (prefers-color-scheme: dark) {")
    inside = palettes("telegram/app.css", ":root[data-scheme=light] {", ":root[data-scheme=dark] {")

    assert inside == elsewhere
    assert [len(palette) for palette in inside] == [14, 14]
