from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from notifications.push_keys import new_pair

LINES = """\
# Web Push, for the environment of web and worker or for .env. Make a pair once and keep it: browsers that have
# subscribed with an earlier one have to subscribe again. Nobody else may know the private key.
VAPID_PRIVATE_KEY={private}
VAPID_PUBLIC_KEY={public}
# Your mail address, to which push services write when something is wrong with what we send.
VAPID_EMAIL={email}
"""


class Command(BaseCommand):
    help = "Make a key pair for Web Push, in the form of the environment variables"
    requires_system_checks = []  # it mends what they complain of

    def handle(self, *args: Any, **options: Any) -> None:
        private, public = new_pair()
        email = settings.VAPID_EMAIL or "mailto:you@example.com"
        self.stdout.write(LINES.format(private=private, public=public, email=email), ending="")
