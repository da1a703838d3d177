"""The console's skin: its name, its colours and its menu, grouped by what people do."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# A page asks a menu of thirty entries for their addresses two hundred and fifty times: each is found out once.
remembered_address = lazy(cache(reverse), str)


def link(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A menu entry that is absent for whoever may not open it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": remembered_address(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


def owner_link(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A menu entry of the owner of the deployment."""
    return {**link(title, icon, model), "permission": lambda request: request.user.is_superuser}


def has_company(request: HttpRequest) -> bool:
    user = request.user
    return user.has_perm("accounts.change_company") and not user.is_superuser


def own_company(request: HttpRequest) -> str:
    """Whoever has one company needs no list of companies."""
    company_id = getattr(request.user, "company_id", None)
    return reverse("admin:accounts_company_change", args=[company_id]) if company_id else ""


def visits(title: Any, when: str) -> dict[str, Any]:
    """A tab above the list of appointments: a period, with the other filters kept."""

    def address(request: HttpRequest) -> str:
        query = request.GET.copy()
        for name in ("when", "day", "p"):
            query.pop(name, None)
        if when:
            query["when"] = when
        return f"{reverse('admin:booking_appointment_changelist')}?{query.urlencode()}"

    def is_active(request: HttpRequest) -> bool:
        return request.GET.get("when", "") == when and not request.GET.get("day")

    return {"title": title, "link": address, "active": is_active}


def todays_visits(request: HttpRequest) -> str:
    return f"{reverse('admin:booking_appointment_changelist')}?when=today"


def in_appointments(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:booking_appointment_changelist"))


UNFOLD_SETTINGS: dict[str, Any] = {
    "SITE_TITLE": "Okno",
    "SITE_HEADER": "Okno",
    "SITE_SYMBOL": "event_available",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_LANGUAGES": False,
    "STYLES": [lambda request: static("console/console.css")],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("booking/icon.svg")}],
    "ACCOUNT": {
        "navigation": [
            {"title": "Русский", "link": "?lang=ru"},
            {"title": "English", "link": "?lang=en"},
            {"title": _("Change password"), "link": lambda request: reverse("admin:password_change")},
        ],
    },
    "TABS": [
        {
            "models": ["booking.appointment"],
            "items": [
                visits(_("Today"), "today"),
                visits(_("Tomorrow"), "tomorrow"),
                visits(_("This week"), "week"),
                visits(_("Upcoming"), "upcoming"),
                visits(_("Past"), "past"),
                visits(pgettext_lazy("visits", "All"), ""),
            ],
        },
    ],
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
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("Journal"),
                "items": [
                    {
                        **link(_("Appointments"), "event", "booking.appointment"),
                        "link": todays_visits,
                        "active": in_appointments,
                    },
                    link(_("History"), "history", "booking.appointmentevent"),
                ],
            },
            {
                "title": _("Clients"),
                "items": [
                    link(_("Clients"), "group", "accounts.client"),
                    link(_("Known devices"), "devices", "accounts.device"),
                ],
            },
            {
                "title": _("Money"),
                "items": [
                    link(_("Wallets"), "account_balance_wallet", "wallet.clientwallet"),
                    link(_("Wallet operations"), "receipt_long", "wallet.wallettransaction"),
                    link(_("Payments"), "payments", "wallet.payment"),
                    owner_link(_("Checks of the money"), "rule", "wallet.reconciliation"),
                ],
            },
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
                "title": _("Notifications"),
                "items": [
                    link(_("Who is told what"), "notifications", "notifications.notificationsetting"),
                    link(_("Advertisements"), "sell", "notifications.adtemplate"),
                    link(_("Broadcasts"), "campaign", "notifications.broadcast"),
                    link(_("Deliveries"), "outbox", "notifications.delivery"),
                    link(_("Preferences"), "tune", "notifications.preferences"),
                    owner_link(_("Dead addresses"), "unsubscribe", "notifications.deadaddress"),
                    owner_link(_("Push subscriptions"), "phonelink_ring", "notifications.pushsubscription"),
                ],
            },
            {
                "title": _("Settings"),
                "items": [
                    {
                        **link(_("Company"), "business", "accounts.company"),
                        "link": own_company,
                        "permission": has_company,
                    },
                    owner_link(_("Companies"), "business", "accounts.company"),
                    link(_("Users"), "manage_accounts", "accounts.user"),
                    link(_("Staff in Telegram"), "smart_toy", "telegram_bot.incomingupdate"),
                    owner_link(_("Background tasks"), "schedule", "django_celery_beat.periodictask"),
                ],
            },
        ],
    },
}
