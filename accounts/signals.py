"""What the rooms above hear from accounts."""

from django.dispatch import Signal

clients_merged = Signal()
"""Sent with ``retired_id``, ``kept_id`` and ``actor`` inside the transaction of the merge, both cards locked: every app
gives what it has of the retired client to the kept one. A receiver that raises undoes the whole merge."""

card_changed_hands = Signal()
"""Sent with ``client_id`` inside the transaction, the card locked: its number is somebody else's now, and
whatever leads to the earlier owner ends."""

identity_changed = Signal()
"""Sent after the commit with ``tg_ids``, a set: what is remembered of the people behind these chats is out of date."""
