"""Whose turn it is: a broadcast is run by one worker at a time, and by the next one when that dies."""

from datetime import timedelta

LEASE = timedelta(seconds=30)
"""Longer than a turn and its wait in the queue; whoever outlives it was killed, or his message was lost."""
