"""`config/entrypoint.sh telegram-standin`: the demo's own Telegram, until somebody ends it."""

import os
import signal
import sys
import threading
import time
from functools import partial
from urllib.parse import urlsplit

from config.devchat.door import KEY, WEBHOOK, WEBHOOK_HOST, door_of
from config.embedded.place import PROJECT
from config.environment import read_environment


def main() -> None:
    """Refuses, with exit status 1, to run anywhere but in a demo that `run` has prepared."""
    is_demo = read_environment(PROJECT).bool("DEBUG")
    if door_of(os.environ, is_demo=is_demo) is None:
        sys.exit("This is a part of `manage.py run` in a demo without a bot of its own; elsewhere there is none of it.")
    local_time()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    serve(over)


def serve(over: threading.Event) -> None:
    # Here: where the tests are not installed, there is no stand-in, and what is above must still be able to say so.
    from config.devchat.control import Controlled
    from config.devchat.postman import Postman
    from tests.standins.telegram import deliver

    send = partial(
        deliver,
        url=os.environ[WEBHOOK],
        secret=os.environ["TELEGRAM_WEBHOOK_SECRET"],
        host=os.environ.get(WEBHOOK_HOST, ""),
    )
    postman = Postman(send)
    with Controlled(
        os.environ["TELEGRAM_BOT_TOKEN"],
        os.environ["TELEGRAM_BOT_USERNAME"],
        postman,
        key=os.environ[KEY],
        port=urlsplit(os.environ["TELEGRAM_API_BASE"]).port or 0,
    ):
        over.wait()
    postman.close()


def local_time() -> None:
    """Django, which started us, lives in UTC and has told its environment; this machine's owner does not."""
    os.environ.pop("TZ", None)
    time.tzset()


if __name__ == "__main__":
    main()
