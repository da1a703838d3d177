"""`python -m config.translations`: compile locale/ with Babel, because a bare machine has no msgfmt."""

import sys
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_translations(folder: Path = LOCALE) -> list[Path]:
    """Bring every .mo up to its .po; returns what was written. Raises ValueError for a .po that cannot be read."""
    stale = [source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if is_stale(source)]
    for source in stale:
        compile_catalogue(source)
    return [source.with_suffix(".mo") for source in stale]


def is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def compile_catalogue(source: Path) -> None:
    """In one step, because another process may be reading the old one."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3], abort_invalid=True)
    except PoFileError as error:
        raise ValueError(f"{source}: {error}") from error
    draft = source.with_suffix(".draft")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(source.with_suffix(".mo"))


if __name__ == "__main__":
    try:
        for written in compile_translations():
            sys.stdout.write(f"compiled {written}\n")
    except ValueError as error:
        sys.exit(str(error))
