"""An agent takes a rating down for a caller, and a representative rates: the guard of ratings knows such events."""

from django.db import migrations

# The function of 0002_guards, with the ratings that somebody else gave for the citizen.
FOR_CITIZENS = """
CREATE OR REPLACE FUNCTION complaints_guard_rating() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    said record;
    answer record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.case_id, NEW.closing_id, NEW.made_at) IS DISTINCT FROM (OLD.case_id, OLD.closing_id, OLD.made_at) THEN
            RAISE EXCEPTION 'rating % belongs to its answer', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.event_id = OLD.event_id THEN
            IF (NEW.solved, NEW.treated, NEW.changed_at) IS DISTINCT FROM (OLD.solved, OLD.treated, OLD.changed_at)
                OR (NEW.text <> OLD.text AND NEW.text <> '—') THEN
                RAISE EXCEPTION 'rating % is changed by its citizen alone', OLD.id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END IF;
        PERFORM 1 FROM complaints_formerrating AS former
        WHERE former.rating_id = OLD.id AND former.event_id = OLD.event_id AND former.solved = OLD.solved
            AND former.treated IS NOT DISTINCT FROM OLD.treated AND former.text = OLD.text;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the former words of rating % are not kept', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    SELECT event.action, event.actor_id, event.number, person.user_id,
        event.facts ? 'mandate' OR (actor.is_staff AND event.facts ->> 'through' = 'agent') AS is_for_them
    INTO said
    FROM complaints_caseevent AS event
        JOIN complaints_case AS rated ON rated.id = event.case_id
        JOIN accounts_citizen AS person ON person.id = rated.citizen_id
        LEFT JOIN accounts_user AS actor ON actor.id = event.actor_id
    WHERE event.id = NEW.event_id;
    IF said.action IS DISTINCT FROM 'rate'
        OR (said.actor_id IS NOT NULL AND said.actor_id IS DISTINCT FROM said.user_id
            AND said.is_for_them IS NOT TRUE) THEN
        RAISE EXCEPTION 'rating % is not its citizen''s', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT event.id, event.action INTO answer
    FROM complaints_caseevent AS event
    WHERE event.case_id = NEW.case_id AND event.number < said.number
        AND event.action IN ('close', 'correct', 'archive', 'withdraw')
    ORDER BY event.number DESC LIMIT 1;
    IF answer.id IS DISTINCT FROM NEW.closing_id OR answer.action IS DISTINCT FROM 'close' THEN
        RAISE EXCEPTION 'rating % is not of the answer that stands', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
BY_CITIZENS_ALONE = """
CREATE OR REPLACE FUNCTION complaints_guard_rating() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    said record;
    answer record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.case_id, NEW.closing_id, NEW.made_at) IS DISTINCT FROM (OLD.case_id, OLD.closing_id, OLD.made_at) THEN
            RAISE EXCEPTION 'rating % belongs to its answer', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.event_id = OLD.event_id THEN
            IF (NEW.solved, NEW.treated, NEW.changed_at) IS DISTINCT FROM (OLD.solved, OLD.treated, OLD.changed_at)
                OR (NEW.text <> OLD.text AND NEW.text <> '—') THEN
                RAISE EXCEPTION 'rating % is changed by its citizen alone', OLD.id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END IF;
        PERFORM 1 FROM complaints_formerrating AS former
        WHERE former.rating_id = OLD.id AND former.event_id = OLD.event_id AND former.solved = OLD.solved
            AND former.treated IS NOT DISTINCT FROM OLD.treated AND former.text = OLD.text;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the former words of rating % are not kept', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    SELECT event.action, event.actor_id, event.number, person.user_id INTO said
    FROM complaints_caseevent AS event
        JOIN complaints_case AS rated ON rated.id = event.case_id
        JOIN accounts_citizen AS person ON person.id = rated.citizen_id
    WHERE event.id = NEW.event_id;
    IF said.action IS DISTINCT FROM 'rate'
        OR (said.actor_id IS NOT NULL AND said.actor_id IS DISTINCT FROM said.user_id) THEN
        RAISE EXCEPTION 'rating % is not its citizen''s', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT event.id, event.action INTO answer
    FROM complaints_caseevent AS event
    WHERE event.case_id = NEW.case_id AND event.number < said.number
        AND event.action IN ('close', 'correct', 'archive', 'withdraw')
    ORDER BY event.number DESC LIMIT 1;
    IF answer.id IS DISTINCT FROM NEW.closing_id OR answer.action IS DISTINCT FROM 'close' THEN
        RAISE EXCEPTION 'rating % is not of the answer that stands', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0008_contact_results"),
    ]

    operations = [
        migrations.RunSQL(sql=FOR_CITIZENS, reverse_sql=BY_CITIZENS_ALONE),
    ]
