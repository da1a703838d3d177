"""Say it: a table for each benchmark, and the same with every sample in bench/results/."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, Row
from tests.bench.growth import BY_SIZE, GOAL, Growth

PROJECT = Path(__file__).resolve().parents[2]
RESULTS = PROJECT / "bench" / "results"
PACKAGES = ("django", "psycopg", "psycopg-pool", "gunicorn", "redis", "django-redis")
HEAD = ("appointments", "what", "ours", "limit", "of it", "bare view", "of it", "goal", "SQL")
NOISE = (
    "Medians of the rounds; ± is half of what lies between the lowest and the highest. Server, PostgreSQL and\n"
    "generator share these cores: compare within a run, as ratios. “cpu” is what the server's workers (or this\n"
    "process) computed for one request: it suffers less from neighbours than the clock."
)


def say(words: str = "") -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def show(title: str, rows: Sequence[Row]) -> None:
    """A table, and under each row what else was seen."""
    table = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEAD))]
    say(f"\n{title}\n" + aligned(HEAD, widths))
    for row, line in zip(rows, table[1:], strict=True):
        say(aligned(line, widths))
        if row.details:
            said = (f"{name} {number(figure.value)}{unit(figure)}" for name, figure in row.details.items())
            say(" " * (widths[0] + 4) + " · ".join(said))


def aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right."""
    left = {1, 7}
    parts = (
        text.ljust(width) if column in left else text.rjust(width)
        for column, (text, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join(parts).rstrip()


def cells(row: Row) -> tuple[str, ...]:
    return (
        number(row.size),
        row.label,
        with_spread(row.ours),
        amount(row.limit),
        percent(row.ratio),
        amount(row.bare),
        percent(row.ratio_to_bare),
        row.goal,
        "" if row.statements is None else str(row.statements),
    )


def with_spread(figure: Figure) -> str:
    several = len(figure.samples) > 1
    return amount(figure) + (f" ±{figure.spread * 50:.0f} %" if several else "")


def amount(figure: Figure | None) -> str:
    return f"{number(figure.value)}{unit(figure)}" if figure and figure.samples else ""


def unit(figure: Figure) -> str:
    return f" {figure.unit}" if figure.unit else ""


def number(value: float) -> str:
    """Three digits that mean something, and spaces between thousands."""
    if value != value:
        return "?"
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def percent(ratio: float) -> str:
    return "" if ratio != ratio else f"{ratio * 100:.0f} %" if ratio > 0.1 else f"{ratio * 100:.1f} %"


def show_growth(title: str, growths: Sequence[Growth]) -> None:
    say(f"\n{title} (goal with the number of appointments: ≤ {GOAL})")
    width = max((len(each.what) for each in growths), default=0)
    for each in growths:
        grown = f"{number(each.small.size)} → {number(each.large.size)} appointments"
        from_to = grown if each.by == BY_SIZE else f"instead of “{each.small.label}”"
        change = f"{amount(each.small.ours)} → {amount(each.large.ours)}"
        say(f"  × {each.factor:<6.2f}{each.what.ljust(width)}  {change}  ({from_to})")


def machine() -> dict[str, Any]:
    """Where it was measured, and how busy it was."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def versions() -> dict[str, str]:
    return {"python": platform.python_version(), "okno": revision()} | {name: version(name) for name in PACKAGES}


def revision() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"


def keep(folder: Path, name: str, **facts: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
