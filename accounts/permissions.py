"""Which role may do what in the console; the rows it may do it to are ``visible_to``'s business."""

from functools import cache

from accounts.values import Role

VIEW = ("view",)
EDIT = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")

CATALOGUE = (
    "catalog.location catalog.locationschedule catalog.holiday catalog.workplace catalog.workplaceservice "
    "catalog.service catalog.specialist catalog.specialistschedule catalog.servicespecialist catalog.break"
).split()
MONEY = "wallet.clientwallet wallet.wallettransaction wallet.payment".split()
CHANGE_VISITS = "booking.change_appointment"
BOOK_OUTSIDE_RULES = "booking.can_book_outside_rules"
TAKE_MONEY = "wallet.add_wallettransaction"
CORRECT_WALLETS = "wallet.can_correct"

# model → actions, per role. Appointments and their events are never deleted, whoever asks.
TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    Role.ADMIN: {
        **dict.fromkeys(CATALOGUE, ALL),
        "accounts.company": ("view", "change"),
        "accounts.user": EDIT,
        "accounts.client": EDIT,
        "accounts.device": VIEW,
        "booking.appointment": EDIT,
        "booking.appointmentevent": VIEW,
        **dict.fromkeys(MONEY, ("view", "add")),
        "notifications.notificationsetting": ALL,
        "notifications.adtemplate": ALL,
        "notifications.broadcast": ALL,
        "notifications.delivery": ("view", "change"),
        "notifications.preferences": EDIT,
        "notifications.pushsubscription": ("view", "delete"),
        "telegram_bot.incomingupdate": VIEW,
    },
    Role.OPERATOR: {
        **dict.fromkeys(CATALOGUE, VIEW),
        "catalog.break": ALL,
        "accounts.client": EDIT,
        "booking.appointment": EDIT,
        "booking.appointmentevent": VIEW,
        **dict.fromkeys(MONEY, ("view", "add")),
        "notifications.delivery": ("view", "change"),
        "notifications.preferences": EDIT,
    },
    Role.SPECIALIST: {
        "catalog.specialist": VIEW,
        "catalog.specialistschedule": VIEW,
        "catalog.break": EDIT,
        "booking.appointment": ("view", "change"),
        "booking.appointmentevent": VIEW,
    },
    Role.ACCOUNTANT: {
        **dict.fromkeys(CATALOGUE, VIEW),
        "accounts.client": VIEW,
        "booking.appointment": VIEW,
        "booking.appointmentevent": VIEW,
        **dict.fromkeys(MONEY, VIEW),
    },
    Role.CLIENT: {},
}
EXTRAS: dict[str, frozenset[str]] = {Role.ADMIN: frozenset({BOOK_OUTSIDE_RULES, CORRECT_WALLETS})}


@cache
def permissions_of_role(role: str) -> frozenset[str]:
    """Permission names in Django's form, such as ``booking.change_appointment``."""
    rights = set(EXTRAS.get(role, ()))
    for label, actions in TABLE[role].items():
        app, model = label.split(".")
        rights |= {f"{app}.{action}_{model}" for action in actions}
    return frozenset(rights)
