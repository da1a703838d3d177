"""What can be pressed under a message in Telegram (experience §3.3): the bot answers it in the same chat.

Only what leads out of Telegram is a link. Push, mail and SMS have links of their own. The bot asks again who presses.
"""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking.models import Appointment
from booking.templatetags.wording import map_link
from notifications.values import Button

Buttons = tuple[tuple[Button, ...], ...]


def clients_buttons(visit: Appointment) -> Buttons:
    """Of a visit that is to come."""
    first = [Button("📆 " + _("Add to calendar"), callback=f"m:ics:{visit.pk}")]
    if visit.location.address:
        first.append(Button("📍 " + _("Route"), url=map_link(visit.location.address)))
    return tuple(first), (change_button(visit),)


def answers(visit: Appointment) -> Buttons:
    """To a reminder."""
    yes = Button("✅ " + _("I'll come"), callback=f"rm:{visit.pk}:yes")
    move = Button("🕐 " + _("Move"), callback=f"rm:{visit.pk}:move")
    return ((yes, move, Button("❌ " + _("Can't make it"), callback=f"rm:{visit.pk}:no")),)


def again_button(visit: Appointment) -> Buttons:
    """The next times of the same service with the same specialist."""
    again = f"b:q:{visit.location_id}:{visit.service_id}:{visit.specialist_id}"
    return ((Button("📅 " + _("Book again"), callback=again),),)


def specialists_buttons(visit: Appointment) -> Buttons:
    """Of a visit with him that is to come."""
    return ((open_button(visit), change_button(visit)),)


def open_button(visit: Appointment) -> Button:
    return Button(_("Open"), callback=f"sp:o:{visit.pk}")


def day_button(day: date) -> Buttons:
    """Of a specialist."""
    return ((Button(_("Open the day"), callback=f"sp:d:{day:%Y%m%d}"),),)


def change_button(visit: Appointment) -> Button:
    return Button("✏️ " + pgettext("button", "Change"), callback=f"bke:menu:{visit.pk}:n")


def desk_buttons(visit: Appointment) -> Buttons:
    """Source 001 §6.1."""
    edit = Button("✏️ " + pgettext("button", "Edit"), callback=f"bkn:edit:{visit.pk}")
    return ((edit, Button("🙈 " + pgettext("button", "Hide"), callback=f"bkn:hide:{visit.pk}")),)
