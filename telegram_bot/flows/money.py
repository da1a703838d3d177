"""The wallet: what is in it, and how that came about (experience §3.4)."""

from django.utils.translation import gettext as _

from accounts.values import Actor
from telegram_bot.buttons import home_row, page_row
from telegram_bot.callbacks import SHARE_PHONE, WALLET
from telegram_bot.dress import rows_of
from telegram_bot.routes import command, press
from telegram_bot.screens import text_of
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from wallet.models import ClientWallet, WalletTransaction
from wallet.queries import operations_of

A_PAGE = 5


@press(WALLET)
def wallet(talk: Talk, *, page: int) -> Reply:
    """The balance, and the operations that it is the sum of, the newest first."""
    actor = talk.client
    rows = operations(actor, page)
    found = ClientWallet.objects.visible_to(actor).filter(pk=actor.client_id).first()
    text = text_of(
        "money/wallet",
        company=talk.company,
        wallet=found or ClientWallet(),
        rows=rows[:A_PAGE],
        page=page,
        may_have_another=not talk.person.has_phone,
    )
    more = page_row(page, len(rows) > A_PAGE, lambda number: WALLET(page=number))
    return Reply(Screen(text, rows_of(more, phone_row(talk), home_row())))


@command("wallet")
def wallet_command(talk: Talk) -> Reply:
    return wallet(talk, page=0)


def operations(actor: Actor, page: int) -> list[WalletTransaction]:
    """Those of a page and one more, which says that there is another page."""
    if actor.client_id is None:
        return []
    return list(operations_of(actor.client_id, actor)[page * A_PAGE : (page + 1) * A_PAGE + 1])


def phone_row(talk: Talk) -> Row:
    """What was topped up at the desk is in the wallet of his number."""
    return () if talk.person.has_phone else (Button("📱 " + _("Send my number"), SHARE_PHONE()),)
