"""Texts and captions: what is empty, what is blank, what is too long, and what is left of them."""

from typing import Any

from tests.standins.telegram.markup import parse_html, utf16_length
from tests.standins.telegram.records import Json
from tests.standins.telegram.refusals import bad_request
from tests.standins.telegram.wire import Params

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_RAW = 32_768
"""Bytes of a text before its entities are parsed."""
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2800\u3164\ufeff\ufffc"
"""Characters that are no white space and show nothing either."""


def read_text(params: Params) -> Json:
    """The content of a text message."""
    raw = params.text("text")
    if not raw:
        raise bad_request("message text is empty")
    text, entities = parsed(raw, params, "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    preview = params.json("link_preview_options", "can't parse link preview options JSON object")
    return compact(text=text, entities=entities, link_preview_options=preview)


def read_caption(params: Params) -> Json:
    """The caption part of a content; a caption may be empty."""
    text, entities = parsed(params.text("caption"), params, "caption_entities")
    if len(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return compact(caption=text, caption_entities=entities)


def parsed(raw: str, params: Params, field: str) -> tuple[str, list[Json]]:
    if len(raw.encode()) > LONGEST_RAW:
        raise bad_request("text is too long")
    mode = params.text("parse_mode").lower()
    if mode == "html":
        return trimmed(*parse_html(raw))
    if mode and mode != "none":
        raise bad_request("unsupported parse_mode")  # Markdown too: the house writes HTML
    return trimmed(raw, read_entities(params, field))


def read_entities(params: Params, field: str) -> list[Json]:
    entities = params.json(field, "can't parse entities JSON object")
    if entities is None:
        return []
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise bad_request("can't parse entities: Expected an Array of MessageEntity")  # ours
    return entities


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """``text`` without the white space around it, and the entities moved along."""
    if not text.strip().strip(INVISIBLE).strip():
        return "", []
    cut = utf16_length(text) - utf16_length(text.lstrip())
    end = utf16_length(text.strip())
    return text.strip(), [moved for entity in entities if (moved := clipped(entity, cut, end))]


def clipped(entity: Json, cut: int, end: int) -> Json | None:
    first = max(entity["offset"] - cut, 0)
    last = min(entity["offset"] + entity["length"] - cut, end)
    return {**entity, "offset": first, "length": last - first} if last > first else None


def compact(**fields: Any) -> Json:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}
