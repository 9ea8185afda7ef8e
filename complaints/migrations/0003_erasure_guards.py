"""Holds stop erasing in the database too, one function deletes what is over, and the first retention rules are written."""

from django.db import migrations

# Proposals (docs/decisions/0110-retention-as-data.md): the law names no period for complaints.
SEED = """
INSERT INTO complaints_retentionrule (kind, outcome, anonymise_months, delete_months, effective_from) VALUES
    ('', '', 60, 120, '2026-01-01'),
    ('inquiry', '', 24, 120, '2026-01-01'),
    ('praise', '', 24, 120, '2026-01-01'),
    ('', 'withdrawn', 12, 120, '2026-01-01')
ON CONFLICT DO NOTHING
"""

# Who may not be erased, by the clock of the database: a hold is over after its last day in Amman.
IS_HELD = """
CREATE FUNCTION complaints_is_held(about bigint, person uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM complaints_legalhold AS hold
        WHERE lifted_at IS NULL AND (until IS NULL OR until >= (now() AT TIME ZONE 'Asia/Amman')::date)
            AND (case_id = about OR citizen_id = person OR EXISTS (
                SELECT FROM complaints_case AS held
                WHERE held.id = about AND hold.agency_id IS NOT NULL
                    AND (held.filed_at AT TIME ZONE 'Asia/Amman')::date
                        BETWEEN coalesce(hold.filed_since, '-infinity') AND coalesce(hold.filed_until, 'infinity')
                    AND (held.agency_id = hold.agency_id OR EXISTS (
                        SELECT FROM complaints_holding AS span
                        WHERE span.case_id = held.id AND span.agency_id = hold.agency_id
                    ))
            ))
    )
$$;
"""

REFUSE_ERASING = """
CREATE FUNCTION complaints_refuse_erasing() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    old_row jsonb := CASE TG_TABLE_NAME WHEN 'complaints_case' THEN jsonb_build_object('case_id', OLD.id)
        ELSE to_jsonb(OLD) END;
    about bigint;
    person uuid;
BEGIN
    IF TG_TABLE_NAME = 'complaints_estimate' THEN
        SELECT case_id INTO about FROM complaints_consultation WHERE id = (old_row ->> 'consultation_id')::bigint;
    ELSE
        about := (old_row ->> 'case_id')::bigint;
    END IF;
    SELECT citizen_id INTO person FROM complaints_case WHERE id = about;
    IF TG_TABLE_NAME = 'complaints_case' THEN
        person := OLD.citizen_id;
    END IF;
    IF complaints_is_held(about, person) THEN
        RAISE EXCEPTION 'case % is held for legal proceedings', about USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""

REFUSE_ERASING_PERSON = """
CREATE FUNCTION complaints_refuse_erasing_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM complaints_case AS held
    WHERE held.citizen_id = OLD.id AND complaints_is_held(held.id, OLD.id);
    IF FOUND OR complaints_is_held(NULL, OLD.id) THEN
        RAISE EXCEPTION 'a person is held for legal proceedings' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER complaints_person_is_held AFTER UPDATE OF erased_at, family_name ON accounts_citizen FOR EACH ROW
    WHEN ((OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
        OR (OLD.family_name <> NEW.family_name AND NEW.family_name IN ('', '—')))
    EXECUTE FUNCTION complaints_refuse_erasing_person();
CREATE TRIGGER complaints_person_stays AFTER DELETE ON accounts_citizen FOR EACH ROW
    EXECUTE FUNCTION complaints_refuse_erasing_person();
"""

# The words of a message are encrypted, and every rotation of keys writes them again: its recipient tells an erasing.
REFUSE_ERASING_MESSAGE = """
CREATE FUNCTION complaints_refuse_erasing_message() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person uuid := substring(OLD.recipient from '^citizen:([0-9a-f-]{36})')::uuid;
BEGIN
    PERFORM 1 FROM complaints_case AS held
    WHERE held.reference = OLD.reference AND complaints_is_held(held.id, held.citizen_id);
    IF FOUND OR complaints_is_held(NULL, person) THEN
        RAISE EXCEPTION 'a message is held for legal proceedings' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER complaints_message_is_held AFTER UPDATE OF recipient ON notifications_message FOR EACH ROW
    WHEN (NEW.recipient LIKE 'erased:%' AND OLD.recipient NOT LIKE 'erased:%')
    EXECUTE FUNCTION complaints_refuse_erasing_message();
CREATE TRIGGER complaints_message_stays AFTER DELETE ON notifications_message FOR EACH ROW
    EXECUTE FUNCTION complaints_refuse_erasing_message();
"""

# The columns of complaints.retention.erasing.WORDS; a test compares them.
WORDS = {
    "case": ("subject", "details"),
    "answer": ("found", "done"),
    "question": ("text", "reply"),
    "refusal": ("text",),
    "extension": ("reason",),
    "objection": ("text", "reasons"),
    "addition": ("text",),
    "revision": ("subject", "details"),
    "ruling": ("text",),
    "note": ("text",),
    "recusal": ("text", "end_text"),
    "consultation": ("text", "finding", "signed_as"),
    "explanation": ("question", "answer"),
    "referraltask": ("text", "answer", "reason"),
    "handover": ("reference", "answer", "given_reference"),
    "centrereport": ("text",),
    "estimate": ("reason",),
    "topicanswer": (),
    "attachment": (),
    "rating": ("text",),
    "formerrating": ("text",),
}


def _triggers(table: str, columns: tuple[str, ...]) -> str:
    name = f"complaints_{table}"
    erased = " OR ".join(f"(OLD.{each} <> NEW.{each} AND NEW.{each} IN ('', '—'))" for each in columns)
    on_update = f"""
CREATE TRIGGER {name}_words_are_held AFTER UPDATE OF {", ".join(columns)} ON {name} FOR EACH ROW
    WHEN ({erased}) EXECUTE FUNCTION complaints_refuse_erasing();
"""
    on_delete = f"""
CREATE TRIGGER {name}_is_held AFTER DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION complaints_refuse_erasing();
"""
    return (on_update if columns else "") + on_delete


def _drops(table: str, columns: tuple[str, ...]) -> str:
    name = f"complaints_{table}"
    update = f"DROP TRIGGER {name}_words_are_held ON {name}; " if columns else ""
    return f"{update}DROP TRIGGER {name}_is_held ON {name};"


# Former words stay as they were, and ratings as they are, until their case is erased or deleted.
KEPT_RATINGS = """
CREATE FUNCTION complaints_guard_kept_ratings() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM complaints_deletedcase WHERE case_key = OLD.case_id;
        IF FOUND THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.text = '—' AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what a citizen said is kept' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_rating_is_kept BEFORE DELETE ON complaints_rating
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_kept_ratings();
CREATE TRIGGER complaints_formerrating_is_kept BEFORE UPDATE OR DELETE ON complaints_formerrating
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_kept_ratings();
"""

# The owner's function deletes what nobody else may: a case that is anonymised, whose rule says so, and that no hold
# keeps. It judges by the clock of the database, whatever moment it is given.
DELETE_CASE = """
CREATE FUNCTION complaints_delete_case(about bigint, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone complaints_case;
    months integer;
    part record;
BEGIN
    SELECT * INTO gone FROM complaints_case WHERE id = about FOR UPDATE;
    IF NOT FOUND OR gone.erased_at IS NULL OR gone.state <> 'closed' OR complaints_is_held(about, gone.citizen_id) THEN
        RETURN false;
    END IF;
    SELECT delete_months INTO months FROM complaints_retentionrule
    WHERE kind IN ('', gone.kind) AND outcome IN ('', gone.outcome) AND effective_from <= least(at, now())
    ORDER BY kind = '', outcome = '', effective_from DESC LIMIT 1;
    IF months IS NULL OR gone.erased_at + make_interval(months => months) > least(at, now()) THEN
        RETURN false;
    END IF;
    INSERT INTO complaints_deletedcase
        (case_key, kind, outcome, agency_id, topic_id, governorate_id, filed_on, closed_on, deleted_at)
    VALUES (about, gone.kind, gone.outcome, gone.agency_id, gone.topic_id, gone.governorate_id,
        gone.filed_at::date, gone.closed_at::date, at);
    DELETE FROM complaints_estimate
        WHERE consultation_id IN (SELECT id FROM complaints_consultation WHERE case_id = about);
    DELETE FROM complaints_textsalt
        WHERE event_id IN (SELECT id FROM complaints_caseevent WHERE case_id = about);
    DELETE FROM complaints_clockstep WHERE clock_id IN (SELECT id FROM complaints_clock WHERE case_id = about);
    UPDATE complaints_answer SET lead_answer_id = NULL
        WHERE lead_answer_id IN (SELECT id FROM complaints_answer WHERE case_id = about) AND case_id <> about;
    UPDATE complaints_precedent SET case_id = NULL, event_id = NULL WHERE case_id = about;
    FOR part IN
        SELECT rel.relname AS relation, att.attname AS attribute
        FROM pg_constraint AS con
            JOIN pg_class AS rel ON rel.oid = con.conrelid
            JOIN pg_attribute AS att ON att.attrelid = con.conrelid AND att.attnum = con.conkey[1]
        WHERE con.contype = 'f' AND con.confrelid = 'complaints_case'::regclass
    LOOP
        EXECUTE format('DELETE FROM %I WHERE %I = $1', part.relation, part.attribute) USING about;
    END LOOP;
    DELETE FROM complaints_case WHERE id = about;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION complaints_delete_case(bigint, timestamptz) FROM PUBLIC;
"""

DROP = """
DROP FUNCTION complaints_delete_case(bigint, timestamptz);
DROP TRIGGER complaints_formerrating_is_kept ON complaints_formerrating;
DROP TRIGGER complaints_rating_is_kept ON complaints_rating;
DROP FUNCTION complaints_guard_kept_ratings;
DROP TRIGGER complaints_message_stays ON notifications_message;
DROP TRIGGER complaints_message_is_held ON notifications_message;
DROP FUNCTION complaints_refuse_erasing_message;
DROP TRIGGER complaints_person_stays ON accounts_citizen;
DROP TRIGGER complaints_person_is_held ON accounts_citizen;
DROP FUNCTION complaints_refuse_erasing_person;
DROP FUNCTION complaints_refuse_erasing;
DROP FUNCTION complaints_is_held;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0002_guards"),
        ("accounts", "0001_initial"),
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(SEED, "DELETE FROM complaints_retentionrule WHERE set_by_id IS NULL"),
        migrations.RunSQL(
            [
                IS_HELD,
                REFUSE_ERASING,
                REFUSE_ERASING_PERSON,
                REFUSE_ERASING_MESSAGE,
                *(_triggers(table, columns) for table, columns in WORDS.items()),
                KEPT_RATINGS,
                DELETE_CASE,
            ],
            [
                *(_drops(table, columns) for table, columns in WORDS.items()),
                DROP,
            ],
        ),
    ]
