"""Where booking's work ends: an event has been committed (architecture §3)."""

from django.dispatch import Signal

event_recorded = Signal()
"""Sent after the commit with ``event_id``, ``event_type`` and ``wait``: how long nobody is to be told of it yet, if so.
Whoever listens must be quick and may be called again for the same id."""
