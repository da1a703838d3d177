"""Whose name has words that begin like these: capitals and ё aside, in any order, by one index."""

import re
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import BooleanField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Lower, Replace

# Whatever is neither letter nor digit, emoji included; written out, because Python and PostgreSQL, whose own parser
# takes «Anna/Maria» for a path, have different opinions of what a word is. No NUL: PostgreSQL has none.
BETWEEN_WORDS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf"
    r"\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]+"
)
YO, YE = "ё", "е"
LONGEST_WORD = 100
"""No part of a name is longer, and PostgreSQL refuses to look for words of two thousand bytes."""
MOST_WORDS = 4
"""That a search looks at."""
FIRST_AND_LAST = ("first_name", "last_name")

Rows = TypeVar("Rows", bound=QuerySet[Any])


def words_of(text: str) -> list[str]:
    """As the index has them."""
    words = re.split(BETWEEN_WORDS, text.replace("\0", " ").lower().replace(YO, YE))
    return [word[:LONGEST_WORD] for word in words if word]


def name_words(*columns: str) -> Func:
    """What is indexed: each word of the name in ``columns`` once, as a tsvector without positions."""
    alike = Replace(Lower(joined(*columns)), Value(YO), Value(YE), output_field=TextField())
    words = Func(alike, Value(BETWEEN_WORDS), function="regexp_split_to_array", output_field=TextField())
    filled = Func(words, Value(""), function="array_remove", output_field=TextField())
    return Func(filled, function="array_to_tsvector", output_field=SearchVectorField())


def joined(column: str, *others: str) -> F | Concat:
    if not others:
        return F(column)
    rest = (part for other in others for part in (Value(" "), F(other)))
    return Concat(F(column), *rest, output_field=TextField())


def named_like(rows: Rows, typed: str, *columns: str) -> Rows:
    """Those of ``rows`` whose name has words that begin like each of those that were typed; none when there is none."""
    words = words_of(typed)[:MOST_WORDS]
    return rows.filter(has_words_like(words, *columns)) if words else rows.none()


def has_words_like(words: list[str], *columns: str) -> Func:
    """Each of ``words`` begins a word of the name in ``columns``. At least one is needed."""
    query = Cast(Value(" & ".join(map(beginning, words))), SearchQueryField())
    return Func(name_words(*columns), query, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField())


def beginning(word: str) -> str:
    """A prefix in PostgreSQL's language of searches, quoted: whatever was typed is a word, and no operator."""
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"
