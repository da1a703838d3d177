"""What a specialist sees and does: his days, his visits, his breaks; no money, and nobody else's column."""

from telegram_bot.flows.specialist import breaks, card, day  # noqa: F401 - their handlers
