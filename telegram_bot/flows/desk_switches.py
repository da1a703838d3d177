"""⚙️ Who is told what: the company's settings as switches, whose label is their state (experience §3.6)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from notifications.commands import set_matrix
from notifications.queries import matrix_of
from notifications.values import Cell, Channel, RecipientRole
from telegram_bot.buttons import home_row, label
from telegram_bot.callbacks import SWITCH, SWITCHES
from telegram_bot.desk import company_of
from telegram_bot.refusals import Missing
from telegram_bot.routes import press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen

EVERY = frozenset(Channel)
ON, PARTLY, OFF = "✅", "☑️", "▫️"
SHORT_NAMES = {
    RecipientRole.CLIENT: pgettext_lazy("who is told", "Client"),
    RecipientRole.SPECIALIST: pgettext_lazy("who is told", "Specialist"),
    RecipientRole.ADMIN: pgettext_lazy("who is told", "Desk"),
}


@press(SWITCHES)
def switches(talk: Talk) -> Reply:
    return Reply(matrix_screen(matrix_of(company_of(talk).pk)))


@press(SWITCH)
def switch(talk: Talk, *, event: str, role: str) -> Reply:
    """Off, or on by every channel; which channel tells whom is a matter of the console."""
    company_id = company_of(talk).pk
    cells = {(cell.event_type.value, cell.role.value): cell for cell in matrix_of(company_id)}
    cell = cells.get((event, role))
    if cell is None:
        raise Missing
    cells[event, role] = changed = replace(cell, channels=frozenset() if cell.channels else EVERY)
    with talk.effect():
        set_matrix(company_id, [changed], talk.staff)
    said = _("Switched on.") if changed.channels else _("Switched off.")
    return Reply(matrix_screen(list(cells.values())), toast=said)


def matrix_screen(cells: list[Cell]) -> Screen:
    is_partly = any(mark_of(cell) == PARTLY for cell in cells)
    return Screen(text_of("switches/matrix", is_partly=is_partly, partly=PARTLY), (*switch_rows(cells), home_row()))


def switch_rows(cells: list[Cell]) -> Iterator[Row]:
    """Each kind of event, and below it whom it concerns."""
    for occasion, of_it in groupby(cells, key=lambda cell: cell.event_type):
        yield (label(f"— {occasion.label} —"),)
        yield tuple(
            Button(f"{mark_of(cell)} {SHORT_NAMES[cell.role]}", SWITCH(event=cell.event_type, role=cell.role))
            for cell in of_it
        )


def mark_of(cell: Cell) -> str:
    if not cell.channels:
        return OFF
    return ON if cell.channels == EVERY else PARTLY
