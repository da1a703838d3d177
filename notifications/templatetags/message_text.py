"""What the templates of messages need: emphasis where a channel knows it, and lines without gaps."""

from django import template
from django.template.defaultfilters import stringfilter
from django.utils.html import format_html

from notifications.render import text

register = template.Library()


@register.filter(needs_autoescape=True)
def bold(words: str, autoescape: bool = True) -> str:
    """In HTML, which is escaped; in a text nothing is."""
    return format_html("<b>{}</b>", words.strip()) if autoescape else words


@register.filter(is_safe=True)
@stringfilter
def compact(words: str) -> str:
    return text.compact(words)


@register.filter(is_safe=True)
@stringfilter
def one_line(words: str) -> str:
    """A template's lines as one."""
    return text.compact(words).replace("\n", " ")
