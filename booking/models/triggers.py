"""What the database itself does whenever an appointment is written, whoever writes it."""

import pgtrigger

from booking.models.status import OCCUPYING, TAKES_PLACE


def literals(statuses: tuple[str, ...]) -> str:
    """A list of SQL: a trigger has no parameters."""
    return ", ".join(f"'{status}'" for status in statuses)


# Location, specialist, workplace: the lock order of domain §6, because an UPDATE locks its row.
# A location without a capacity is not touched: its chairs must not queue behind each other.
CALENDARS_FOLLOW_APPOINTMENTS = pgtrigger.Trigger(
    name="raises_calendar_versions",
    operation=pgtrigger.Insert
    | pgtrigger.Delete
    | pgtrigger.UpdateOf(
        "location_id", "specialist_id", "workplace_id", "start_time", "end_time", "busy_until", "status", "expires_at"
    ),
    when=pgtrigger.After,
    func="""
        UPDATE catalog_location SET calendar_version = calendar_version + 1
            WHERE id IN (OLD.location_id, NEW.location_id) AND capacity IS NOT NULL;
        UPDATE catalog_specialist SET calendar_version = calendar_version + 1
            WHERE id IN (OLD.specialist_id, NEW.specialist_id);
        UPDATE catalog_workplace SET calendar_version = calendar_version + 1
            WHERE id IN (OLD.workplace_id, NEW.workplace_id);
        RETURN NULL;
    """,
)

# Capacity is a peak: at each moment at which somebody comes, who is present? (guarantee 3)
# The trigger above has already locked the location's row, so nobody else is counting at the same time; triggers of
# one kind fire in the order of their names, and this one must come second. An overdue hold is present to nobody: it
# counts for nothing, and whoever brings it back to life needs a place like everybody else.
CAPACITY_IS_A_PEAK = pgtrigger.Trigger(
    name="raises_refusal_when_location_is_full",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("location_id", "start_time", "end_time", "status", "expires_at"),
    when=pgtrigger.After,
    condition=pgtrigger.Q(new__status__in=list(OCCUPYING)),
    declare=[("allowed", "integer"), ("present", "integer")],
    func=f"""
        SELECT capacity INTO allowed FROM catalog_location WHERE id = NEW.location_id;
        IF allowed IS NULL THEN
            RETURN NULL;
        END IF;
        IF NEW.expires_at <= clock_timestamp() THEN
            RETURN NULL;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.status IN ({literals(OCCUPYING)})
            AND (OLD.expires_at IS NULL OR OLD.expires_at > clock_timestamp())
            AND OLD.location_id = NEW.location_id
            AND OLD.start_time <= NEW.start_time AND OLD.end_time >= NEW.end_time THEN
            RETURN NULL;  -- it takes no more than it had: a capacity lowered later moves nobody out
        END IF;
        WITH visits AS (
            SELECT greatest(start_time, NEW.start_time) AS arrival, start_time, end_time
            FROM booking_appointment
            WHERE location_id = NEW.location_id AND start_time < NEW.end_time AND end_time > NEW.start_time
                AND (status IN ({literals(TAKES_PLACE)})
                     OR (status = 'HOLD' AND (expires_at > clock_timestamp() OR id = NEW.id)))
        )
        SELECT max(at_once) INTO present FROM (
            SELECT count(*) AS at_once FROM (SELECT DISTINCT arrival FROM visits) AS moments JOIN visits
                ON start_time <= moments.arrival AND end_time > moments.arrival
            GROUP BY moments.arrival
        ) AS arrivals;
        IF present > allowed THEN
            RAISE EXCEPTION 'location % is full: % at once, % allowed', NEW.location_id, present, allowed
                USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'location_not_over_capacity';
        END IF;
        RETURN NULL;
    """,  # noqa: S608 - the statuses are our own
)

# What a visit holds as paid follows its operations (``wallet.models.triggers``), and these name their client.
MONEY_IS_WRITTEN_BY_OPERATIONS = pgtrigger.Trigger(
    name="money_is_written_by_operations",
    operation=pgtrigger.UpdateOf("paid", "client_id"),
    when=pgtrigger.Before,
    func="""
        IF NEW.paid IS DISTINCT FROM OLD.paid AND pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'what is paid is changed by an operation' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.client_id IS DISTINCT FROM OLD.client_id
            AND EXISTS (SELECT FROM wallet_wallettransaction WHERE appointment_id = NEW.id)
            AND NOT EXISTS (
                SELECT FROM accounts_client WHERE id = OLD.client_id AND merged_into_id = NEW.client_id
            ) THEN
            RAISE EXCEPTION 'visit % was paid from its client''s wallet', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)
