"""What the database itself does with money, whoever writes it: the ledger moves the balance, and nothing else does."""

import pgtrigger

INSIDE_A_TRIGGER = "pg_trigger_depth() > 1"

LEDGER_MOVES_THE_BALANCE = pgtrigger.Trigger(
    name="moves_the_balance",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    declare=[
        ("frozen", "boolean"),
        ("reversed", "wallet_wallettransaction"),
        ("visitor", "bigint"),
        ("back", "numeric"),
    ],
    # The wallet's row is locked by its UPDATE, so nobody else is counting what is left to reverse at the same time.
    func="""
        -- Asked here, for INSERT … ON CONFLICT DO NOTHING would move the balance and then write no operation.
        PERFORM pg_advisory_xact_lock(hashtextextended(NEW.kind || ':' || NEW.reference, 0));
        IF EXISTS (SELECT FROM wallet_wallettransaction WHERE kind = NEW.kind AND reference = NEW.reference) THEN
            RAISE EXCEPTION 'operation % % has happened already', NEW.kind, NEW.reference
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'an_operation_happens_once';
        END IF;
        UPDATE wallet_clientwallet AS wallet SET balance = balance + NEW.amount
            WHERE wallet.client_id = NEW.client_id
            RETURNING wallet.balance, wallet.frozen INTO NEW.balance_after, frozen;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'client % has no wallet', NEW.client_id USING ERRCODE = 'foreign_key_violation';
        END IF;
        -- Counted now that nobody else is writing: the order of the numbers is the order of the balances.
        NEW.id := nextval(pg_get_serial_sequence('wallet_wallettransaction', 'id'));
        IF frozen THEN
            RAISE EXCEPTION 'the wallet of client % is frozen', NEW.client_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_wallet_is_still';
        END IF;
        IF NEW.appointment_id IS NOT NULL THEN
            SELECT client_id INTO visitor FROM booking_appointment WHERE id = NEW.appointment_id;
            IF visitor IS DISTINCT FROM NEW.client_id THEN
                RAISE EXCEPTION 'visit % is not of client %', NEW.appointment_id, NEW.client_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'wallet_pays_for_its_own_client';
            END IF;
        END IF;
        IF NEW.reverses_id IS NOT NULL THEN
            SELECT * INTO reversed FROM wallet_wallettransaction WHERE id = NEW.reverses_id;
            SELECT coalesce(sum(amount), 0) + NEW.amount INTO back
                FROM wallet_wallettransaction WHERE reverses_id = NEW.reverses_id;
            IF reversed.client_id <> NEW.client_id AND NOT EXISTS (
                    SELECT FROM accounts_client WHERE id = reversed.client_id AND merged_into_id = NEW.client_id
                )
                OR reversed.appointment_id IS DISTINCT FROM NEW.appointment_id
                OR sign(back) = sign(reversed.amount) OR abs(back) > abs(reversed.amount) THEN
                RAISE EXCEPTION 'operation % cannot be reversed by % of client %',
                    NEW.reverses_id, NEW.amount, NEW.client_id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'no_more_is_returned_than_was_paid';
            END IF;
        END IF;
        RETURN NEW;
    """,
)


def pays_the_visit(paid: str) -> pgtrigger.Trigger:
    """What a visit holds as paid follows every operation that names it; ``paid`` is SQL for what it adds."""
    return pgtrigger.Trigger(
        name="pays_the_visit",
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        condition=pgtrigger.Q(new__appointment__isnull=False),
        func=f"UPDATE booking_appointment SET paid = paid + ({paid}) WHERE id = NEW.appointment_id; RETURN NULL;",  # noqa: S608
    )


PAYMENT_IS_OF_ITS_COMPANY = pgtrigger.Trigger(
    name="is_of_its_company",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__appointment__isnull=False),
    func="""
        IF NOT EXISTS (
            SELECT FROM booking_appointment WHERE id = NEW.appointment_id AND company_id = NEW.company_id
        ) THEN
            RAISE EXCEPTION 'visit % is of another company', NEW.appointment_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

BALANCE_IS_THE_LEDGER_S = pgtrigger.Trigger(
    name="balance_is_the_ledgers",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("balance", "client_id"),
    when=pgtrigger.Before,
    func=f"""
        IF TG_OP = 'INSERT' AND NEW.balance = 0 OR {INSIDE_A_TRIGGER} THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a balance is changed by writing into the ledger' USING ERRCODE = 'check_violation';
    """,
)


def kept_for_ever() -> list[pgtrigger.Trigger]:
    """Rows are added and never edited, deleted or truncated."""
    return [pgtrigger.ReadOnly(name="is_not_edited"), *never_lost()]


def never_lost() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Protect(name="is_not_deleted", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="is_not_truncated",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=pgtrigger.Func("RAISE EXCEPTION 'money is not forgotten: {meta.db_table}';"),
        ),
    ]
