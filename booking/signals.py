"""Where booking's work ends: an event has been committed (architecture §3)."""

from django.dispatch import Signal

event_recorded = Signal()
"""Sent after the commit with ``event_id`` and ``event_type``; whoever listens must be quick and may be called again for
the same id."""
