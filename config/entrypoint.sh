#!/bin/sh
# The processes of one installation, by name: `make run` and the container start the same lines.
# Anything else is run as it is: `config/entrypoint.sh python manage.py doctor`.
set -eu
cd "$(dirname "$0")/.."

case "${1:-web}" in
web)
    exec python -m gunicorn --config config/web_server.py config.wsgi
    ;;
worker)
    exec python -m celery --quiet -A config worker --without-mingle --without-gossip --loglevel "${LOG_LEVEL:-INFO}" \
        --concurrency "${WORKER_CONCURRENCY:-2}" --queues default,events:p2p,events:broadcast
    ;;
beat)
    # Without a pid file: a stale one would keep it from starting after a kill -9.
    exec python -m celery --quiet -A config beat --loglevel "${LOG_LEVEL:-INFO}" --pidfile=
    ;;
bot)
    exec python manage.py run_bot
    ;;
migrate)
    exec python manage.py migrate --no-input
    ;;
*)
    exec "$@"
    ;;
esac
