"""The console's skin: its name, its colours and its menu, grouped by what people do."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def link(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A menu entry that is absent for whoever may not open it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


UNFOLD_SETTINGS: dict[str, Any] = {
    "SITE_TITLE": "Okno",
    "SITE_HEADER": "Okno",
    "SITE_SYMBOL": "event_available",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_LANGUAGES": False,
    "COLORS": {
        "primary": {
            "50": "#eef6f3",
            "100": "#d6eae2",
            "200": "#aed5c7",
            "300": "#7fbaa6",
            "400": "#4f9a83",
            "500": "#2f7f69",
            "600": "#1f6a56",
            "700": "#195546",
            "800": "#164539",
            "900": "#123930",
            "950": "#08211c",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Journal"),
                "items": [link(_("Appointments"), "event", "booking.appointment")],
            },
            {"title": _("Clients"), "items": [link(_("Clients"), "group", "accounts.client")]},
            {
                "title": _("Schedule"),
                "items": [
                    link(_("Locations"), "storefront", "catalog.location"),
                    link(_("Specialists"), "badge", "catalog.specialist"),
                    link(_("Breaks"), "free_breakfast", "catalog.break"),
                    link(_("Holidays"), "celebration", "catalog.holiday"),
                ],
            },
            {
                "title": _("Catalogue"),
                "items": [
                    link(_("Services"), "content_cut", "catalog.service"),
                    link(_("Workplaces"), "chair", "catalog.workplace"),
                ],
            },
            {
                "title": _("Settings"),
                "items": [
                    link(_("Companies"), "business", "accounts.company"),
                    link(_("Users"), "manage_accounts", "accounts.user"),
                ],
            },
        ],
    },
}
