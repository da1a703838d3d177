"""Bodies are JSON and nothing else, and no larger than anybody needs."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MOST_DIGITS = 40
"""Of a whole number: Python refuses to read very long ones, and the field that got one should be named."""


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = _("The body is too large.")


class StrictJSONParser(BaseParser):
    """JSON in UTF-8 (RFC 8259), of characters that can be written down again.

    Numbers that JSON or Python do not know (NaN, 1e400, thousands of digits) are left to their fields, which name them.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Raises TooLarge, ParseError."""
        try:
            body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                raise TooLarge
            data = json.loads(body.decode(), parse_int=whole_number)
            json.dumps(data, ensure_ascii=False).encode()
        except UnreadablePostError as error:
            raise ParseError(_("The body ended too early.")) from error
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body is not JSON in UTF-8.")) from error
        return data


def whole_number(text: str) -> float:
    return int(text) if len(text) <= MOST_DIGITS else math.inf
