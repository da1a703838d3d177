"""How money is said to people, in the reader's language."""

from decimal import Decimal

from django.utils import formats

NBSP = "\u00a0"
SYMBOLS = {"RUB": "₽", "EUR": "€", "USD": "$", "GEL": "₾", "KZT": "₸", "UAH": "₴", "GBP": "£"}


def money(amount: Decimal, currency: str) -> str:
    """2 500 ₽, 2,500 ₽; kopecks only when there are any."""
    whole = amount == amount.to_integral_value()
    number = formats.number_format(amount, decimal_pos=0 if whole else 2, use_l10n=True, force_grouping=True)
    return f"{number}{NBSP}{SYMBOLS.get(currency, currency)}"


def signed_money(amount: Decimal, currency: str) -> str:
    """+500 ₽, −1 200 ₽: what moved."""
    return f"{'−' if amount < 0 else '+'}{money(abs(amount), currency)}"
