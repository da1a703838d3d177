"""What the catalogue tells those above it, whom it does not know."""

from django.dispatch import Signal

calendar_edited = Signal()
"""The console has saved what decides when somebody can be booked, in its own transaction: with ``request`` and the
``location`` or the ``specialist`` concerned. Whoever knows of visits may say which of them now lie outside."""
