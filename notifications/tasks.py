"""The asynchronous doors of notifications: thin, and each may be called again for the same number."""

from celery import shared_task

from notifications import commands


@shared_task
def dispatch(event_id: int) -> int:
    """Turn an event into deliveries; running it twice changes nothing."""
    return commands.dispatch_event(event_id)


@shared_task
def send(delivery_id: int) -> str:
    """Send one delivery, if it is due and nobody else is sending it."""
    return commands.send_delivery(delivery_id)


@shared_task
def run_broadcast(broadcast_id: int, turn: int) -> None:
    """Send a little of a broadcast, then ask for the next turn: so it can be paused, and others' have theirs."""
    onward = commands.run_broadcast(broadcast_id, turn)
    if onward is not None:
        run_broadcast.apply_async((broadcast_id, onward.turn), countdown=onward.wait, retry=False)


@shared_task
def wake_broadcasts() -> int:
    """Find broadcasts whose worker died, and those that have something to do again."""
    return commands.wake_broadcasts()


@shared_task
def sweep() -> int:
    """Find what was never woken, what is to be tried again, and what a killed worker left behind."""
    return commands.sweep()


@shared_task
def remind() -> int:
    """Record the reminders that are due."""
    return commands.remind()


@shared_task
def summarize_day() -> int:
    """Tell specialists of their day, in the morning of their location."""
    return commands.summarize_day()
