#!/bin/sh
# The processes of one installation, by name: `make run` and the container start the same lines.
# Anything else is run as it is: `config/entrypoint.sh python manage.py init_admin`.
set -eu
cd "$(dirname "$0")/.."

case "${1:-web}" in
web)
    exec python -m gunicorn --config config/web_server.py config.wsgi
    ;;
worker)
    exec python -m celery --quiet -A config worker --without-mingle --without-gossip --loglevel "${LOG_LEVEL:-INFO}" \
        --concurrency "${WORKER_CONCURRENCY:-2}" --queues default,events:p2p
    ;;
worker-broadcast)
    # Of its own, so that nobody's own message waits behind an offer to thousands. Two at once would gain nothing: the
    # providers' limits are shared.
    exec python -m celery --quiet -A config worker --without-mingle --without-gossip --loglevel "${LOG_LEVEL:-INFO}" \
        --concurrency 1 --queues events:broadcast --hostname broadcast@%h
    ;;
beat)
    # Without a pid file: a stale one would keep it from starting after a kill -9.
    exec python -m celery --quiet -A config beat --loglevel "${LOG_LEVEL:-INFO}" --pidfile=
    ;;
bot)
    # Asks Telegram for updates, where it cannot come to us; a server with an https:// address has its webhook instead.
    exec python manage.py run_bot
    ;;
telegram-standin)
    # Of a demo without a token, and nowhere else: it refuses to start when DEBUG is off.
    exec python -m config.devchat
    ;;
migrate)
    exec python manage.py migrate --no-input
    ;;
probe)
    # Under the name the pages are known by, or Django would refuse an unknown host.
    exec python -c '
import os, urllib.parse, urllib.request
host = urllib.parse.urlsplit(os.environ["PUBLIC_URL"]).netloc
headers = {"Host": host, "X-Forwarded-Proto": "https"}
address = "http://127.0.0.1:" + os.environ.get("PORT", "8000") + "/healthz"
urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=4)'
    ;;
probe-worker)
    exec python -m celery --quiet -A config inspect ping --timeout 10 --destination "${2:-celery}@$(uname -n)"
    ;;
*)
    exec "$@"
    ;;
esac
