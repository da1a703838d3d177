import gettext
import os
from pathlib import Path

import pytest

from config.translations import compile_translations

RUSSIAN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\n"

msgid "%d visit"
msgid_plural "%d visits"
msgstr[0] "%d визит"
msgstr[1] "%d визита"
msgstr[2] "%d визитов"

#, fuzzy
msgid "Hold"
msgstr "Держать"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "ru" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(RUSSIAN)
    return source


def test_compile_translations_writes_what_gettext_reads(source: Path, tmp_path: Path) -> None:
    written = compile_translations(tmp_path)

    assert written == [source.with_suffix(".mo")]
    with source.with_suffix(".mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert [russian.ngettext("%d visit", "%d visits", n) % n for n in (1, 2, 5)] == ["1 визит", "2 визита", "5 визитов"]
    assert russian.gettext("Hold") == "Hold"  # a fuzzy translation is a guess, which nobody should read


def test_compile_translations_writes_only_what_has_changed(source: Path, tmp_path: Path) -> None:
    compile_translations(tmp_path)
    assert compile_translations(tmp_path) == []

    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))

    assert compile_translations(tmp_path) == [source.with_suffix(".mo")]


def test_compile_translations_names_the_file_it_cannot_read(source: Path, tmp_path: Path) -> None:
    source.write_text('msgid "one"\nmsgid "another"\nmsgstr "один"\n')

    with pytest.raises(ValueError, match=r"ru/LC_MESSAGES/django\.po: "):
        compile_translations(tmp_path)
