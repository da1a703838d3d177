"""Whose name has words that begin like these: capitals and ё aside, in any order, by one index."""

import re

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import BooleanField, F, Func, TextField, Value
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


def words_of(text: str) -> list[str]:
    """As the index has them."""
    words = re.split(BETWEEN_WORDS, text.replace("\0", " ").lower().replace(YO, YE))
    return [word[:LONGEST_WORD] for word in words if word]


def name_words() -> Func:
    """What is indexed: each word of both names once, as a tsvector without positions."""
    name = Lower(Concat(F("first_name"), Value(" "), F("last_name"), output_field=TextField()))
    alike = Replace(name, Value(YO), Value(YE), output_field=TextField())
    words = Func(alike, Value(BETWEEN_WORDS), function="regexp_split_to_array", output_field=TextField())
    filled = Func(words, Value(""), function="array_remove", output_field=TextField())
    return Func(filled, function="array_to_tsvector", output_field=SearchVectorField())


def has_words_like(words: list[str]) -> Func:
    """Each of ``words`` begins a word of the name. At least one is needed."""
    query = Cast(Value(" & ".join(map(beginning, words))), SearchQueryField())
    return Func(name_words(), query, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField())


def beginning(word: str) -> str:
    """A prefix in PostgreSQL's language of searches, quoted: whatever was typed is a word, and no operator."""
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"
