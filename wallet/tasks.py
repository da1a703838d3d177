"""What beat asks of money."""

from celery import shared_task

from wallet.reconcile import reconcile


@shared_task
def check_the_money() -> int:
    """The nightly check; how many mismatches it found."""
    return len(reconcile().mismatches)
