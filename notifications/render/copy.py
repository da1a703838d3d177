"""What the salon itself wrote, an advertisement or a broadcast, as each channel may show it."""

from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe

from notifications.telegram_html import plain

TAGS = frozenset("a b strong i em u ins s strike del code pre blockquote p br ul ol li h2 h3 hr".split())
SCHEMES = frozenset({"https", "http", "mailto", "tel"})


@dataclass(frozen=True, slots=True)
class Copy:
    """In Telegram's HTML, and in HTML for mails if that was written, too."""

    content_tg: str
    content_html: str = ""

    @property
    def telegram(self) -> SafeString:
        """As it is: the console takes nothing that the Bot API would refuse."""
        return mark_safe(self.content_tg.strip())  # noqa: S308 - checked when it was written

    @property
    def html(self) -> SafeString:
        """Without scripts, styles, pictures and forms, whoever wrote it."""
        html = self.content_html or self.content_tg.strip().replace("\n", "<br>")
        cleaned = nh3.clean(
            html,
            tags=set(TAGS),
            attributes={"a": {"href"}},
            url_schemes=set(SCHEMES),
            url_relative="deny",
            link_rel="noopener noreferrer",
        )
        return mark_safe(cleaned)  # noqa: S308 - cleaned the line above

    @property
    def plain(self) -> str:
        return plain(self.content_tg).strip()
