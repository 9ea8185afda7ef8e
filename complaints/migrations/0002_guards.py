"""What the database itself refuses: a state without its event, an edge outside the table, a changed history, and
whatever is done to a case by somebody it is about.
"""

from __future__ import annotations

from django.db import migrations

# The edges of complaints.workflow.actions at the time of this migration; tests/complaints/models/test_guards.py
# compares them with the table, so that a new edge needs a new migration that replaces the function.
EDGES = """
    ('accept', 'referred', 'in_progress'),
    ('archive', 'triage', 'closed'),
    ('ask', 'in_progress', 'waiting'),
    ('ask', 'referred', 'waiting'),
    ('ask', 'triage', 'waiting'),
    ('close', 'in_progress', 'closed'),
    ('close', 'referred', 'closed'),
    ('decline', 'referred', 'triage'),
    ('deliver', 'in_progress', 'closed'),
    ('deliver', 'referred', 'closed'),
    ('dismiss', 'objected', 'closed'),
    ('extend', 'in_progress', 'in_progress'),
    ('file', '', 'referred'),
    ('file', '', 'triage'),
    ('lapse', 'waiting', 'in_progress'),
    ('lapse', 'waiting', 'referred'),
    ('lapse', 'waiting', 'triage'),
    ('object', 'closed', 'objected'),
    ('refer', 'in_progress', 'referred'),
    ('refer', 'referred', 'referred'),
    ('refer', 'triage', 'referred'),
    ('reply', 'waiting', 'in_progress'),
    ('reply', 'waiting', 'referred'),
    ('reply', 'waiting', 'triage'),
    ('return', 'in_progress', 'triage'),
    ('undo', 'closed', 'in_progress'),
    ('undo', 'closed', 'referred'),
    ('undo', 'in_progress', 'in_progress'),
    ('undo', 'in_progress', 'referred'),
    ('undo', 'triage', 'in_progress'),
    ('undo', 'triage', 'referred'),
    ('uphold', 'objected', 'in_progress'),
    ('uphold', 'objected', 'triage'),
    ('withdraw', 'in_progress', 'closed'),
    ('withdraw', 'objected', 'closed'),
    ('withdraw', 'referred', 'closed'),
    ('withdraw', 'triage', 'closed'),
    ('withdraw', 'waiting', 'closed')
"""

EDGE_FUNCTION = f"""
CREATE FUNCTION complaints_is_edge(action text, source text, target text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM (VALUES {EDGES}) AS edge(a, s, t) WHERE a = action AND s = source AND t = target)
$$;
"""  # noqa: S608 - the edges are literals above

# At once: the change follows the table, step by step. The version is what ties it to its event. After the row, because
# a trigger before it would make PostgreSQL compute the generated columns anew at every update.
STATE_GUARD = """
CREATE FUNCTION complaints_guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 1 OR NOT complaints_is_edge(NEW.last_action, '', NEW.state) THEN
            RAISE EXCEPTION 'a case begins by being filed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.version <> OLD.version + 1
        OR NOT complaints_is_edge(NEW.last_action, OLD.state, NEW.state)
        OR (NEW.last_action IN ('reply', 'lapse') AND NEW.state <> OLD.resumes_to) THEN
        RAISE EXCEPTION 'state of case % changes by a transition only', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_case_begins AFTER INSERT ON complaints_case
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_state();
CREATE TRIGGER complaints_case_state AFTER UPDATE ON complaints_case
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION complaints_guard_state();
"""

# At commit: the history has the event that made the change. A role may make temporary tables, and PostgreSQL finds
# these first: without its own search path a guard would believe a temporary table of the same name.
EVENT_GUARD = """
CREATE FUNCTION complaints_require_event() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM complaints_caseevent
    WHERE case_id = NEW.id AND number = NEW.version AND action = NEW.last_action AND to_state = NEW.state
        AND from_state = CASE TG_OP WHEN 'INSERT' THEN '' ELSE OLD.state END AND chain = NEW.chain
        AND at = NEW.changed_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'state of case % has no event', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaints_case_filed_has_event AFTER INSERT ON complaints_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION complaints_require_event();
CREATE CONSTRAINT TRIGGER complaints_case_state_has_event AFTER UPDATE ON complaints_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION complaints_require_event();
"""

# At once, whatever the clocks of two machines say.
TIME_GUARD = """
CREATE FUNCTION complaints_guard_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of case % would run backwards', NEW.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_case_time AFTER UPDATE ON complaints_case
    FOR EACH ROW WHEN (NEW.changed_at < OLD.changed_at) EXECUTE FUNCTION complaints_guard_time();
"""

# Events go with a case that `complaints_delete_case` deletes. The other escape is for the flush of a transactional test:
# a test database that names itself so.
HISTORY_GUARD = """
CREATE FUNCTION complaints_guard_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM public.complaints_deletedcase WHERE case_key = OLD.case_id;
        IF FOUND THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the history of a case is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_history_rows BEFORE UPDATE OR DELETE ON complaints_caseevent
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_history();
CREATE TRIGGER complaints_history_table BEFORE TRUNCATE ON complaints_caseevent
    FOR EACH STATEMENT EXECUTE FUNCTION complaints_guard_history();
"""

# Who keeps off what is taken back by an end that names its author; an end stays. The texts may be erased in time.
RECUSAL_GUARD = """
CREATE FUNCTION complaints_guard_recusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM public.complaints_deletedcase WHERE case_key = OLD.case_id;
        IF FOUND THEN
            RETURN OLD;
        END IF;
        IF OLD.ended_at IS NULL THEN
            RAISE EXCEPTION 'recusal % is ended, not deleted', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.case_id, NEW.event_id, NEW.person_id, NEW.at)
            IS DISTINCT FROM (OLD.case_id, OLD.event_id, OLD.person_id, OLD.at)
        OR NEW.named_by_id IS DISTINCT FROM OLD.named_by_id
        OR (OLD.ended_at IS NOT NULL
            AND (NEW.ended_at, NEW.ended_by_id, NEW.end_event_id)
                IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id, OLD.end_event_id)) THEN
        RAISE EXCEPTION 'recusal % only ends', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_recusal_rows BEFORE UPDATE OR DELETE ON complaints_recusal
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_recusal();
"""

# At commit, because the case lets its officer go after the recusal is written: nobody has a case about themselves.
OFFICER_GUARD = """
CREATE FUNCTION complaints_guard_officer() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    about bigint := CASE TG_TABLE_NAME WHEN 'complaints_case' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'case_id')::bigint END;
BEGIN
    PERFORM 1 FROM complaints_case AS held JOIN complaints_recusal AS recusal
        ON recusal.case_id = held.id AND recusal.person_id = held.officer_id AND recusal.ended_at IS NULL
    WHERE held.id = about;
    IF FOUND THEN
        RAISE EXCEPTION 'the officer of case % is whom it is about', about
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaints_recusal_officer AFTER INSERT ON complaints_recusal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION complaints_guard_officer();
CREATE CONSTRAINT TRIGGER complaints_case_officer AFTER UPDATE ON complaints_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.officer_id IS NOT NULL AND OLD.officer_id IS DISTINCT FROM NEW.officer_id)
    EXECUTE FUNCTION complaints_guard_officer();
"""

# At once: the history has nothing done by whoever keeps off, but that they set themselves aside.
ACTOR_GUARD = """
CREATE FUNCTION complaints_guard_actor() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM complaints_recusal AS recusal
    WHERE recusal.case_id = NEW.case_id AND recusal.person_id = NEW.actor_id AND recusal.ended_at IS NULL
        AND NOT (NEW.action = 'recuse' AND recusal.named_by_id = NEW.actor_id AND recusal.event_id = NEW.id);
    IF FOUND THEN
        RAISE EXCEPTION 'event % of case % is by whom the case is about', NEW.number, NEW.case_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_history_actor BEFORE INSERT ON complaints_caseevent
    FOR EACH ROW WHEN (NEW.actor_id IS NOT NULL) EXECUTE FUNCTION complaints_guard_actor();
"""

# A block of cases is forgotten as soon as one of them gets new words; the shared lock keeps `complaints.search.index`
# from summing up while words are written that it cannot see yet.
FORGET_BLOCK = """
CREATE FUNCTION complaints_forget_block() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4107001);
    DELETE FROM complaints_searchblock WHERE number = NEW.id / 1000;
    RETURN NULL;
END $$;
CREATE TRIGGER complaints_case_words AFTER INSERT OR UPDATE OF subject, details ON complaints_case
    FOR EACH ROW EXECUTE FUNCTION complaints_forget_block();
"""

# A worker reads anew the cases that are noted, and keeps what their texts suggest.
NOTE_SUGGESTIONS = """
CREATE FUNCTION complaints_note_suggestions() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO complaints_suggestionsdue (case_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER complaints_new_case_suggests AFTER INSERT ON complaints_case
    FOR EACH ROW EXECUTE FUNCTION complaints_note_suggestions();
CREATE TRIGGER complaints_case_suggests AFTER UPDATE ON complaints_case FOR EACH ROW
    WHEN (
        (OLD.state = 'closed') <> (NEW.state = 'closed') OR (OLD.state = 'triage') <> (NEW.state = 'triage')
        OR (OLD.subject, OLD.details, OLD.kind, OLD.topic_id, OLD.agency_id)
            IS DISTINCT FROM (NEW.subject, NEW.details, NEW.kind, NEW.topic_id, NEW.agency_id)
        OR (OLD.governorate_id, OLD.area, OLD.place) IS DISTINCT FROM (NEW.governorate_id, NEW.area, NEW.place)
    ) EXECUTE FUNCTION complaints_note_suggestions();
"""

# Correcting the topic or the kind of a case must not tell its agency who filed it.
HIDING_GUARD = """
CREATE FUNCTION complaints_guard_hiding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the identity of case % stays hidden', NEW.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_case_stays_hidden AFTER UPDATE OF hides_identity ON complaints_case
    FOR EACH ROW WHEN (OLD.hides_identity AND NOT NEW.hides_identity) EXECUTE FUNCTION complaints_guard_hiding();
"""

# Whatever stands is rated by the citizen, by account or by the signed link (an event without an actor), or for them by a
# representative or by an agent whom they call; a change keeps the former words. Judged at commit, when the event is
# written too. Erasing changes words and nothing else.
RATING_GUARD = """
CREATE FUNCTION complaints_guard_rating() RETURNS trigger
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
        AND event.action IN ('close', 'undo', 'archive', 'withdraw')
    ORDER BY event.number DESC LIMIT 1;
    IF answer.id IS DISTINCT FROM NEW.closing_id OR answer.action IS DISTINCT FROM 'close' THEN
        RAISE EXCEPTION 'rating % is not of the answer that stands', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaints_rating_is_the_citizens AFTER INSERT OR UPDATE ON complaints_rating
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION complaints_guard_rating();
"""

# Two may press at once: whoever joins after the end would never be told of it.
JOIN_GUARD = """
CREATE FUNCTION complaints_guard_problem_join() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM agencies_knownproblem
        WHERE id = NEW.problem_id AND starts_at <= NEW.joined_at AND ends_at > NEW.joined_at
    ) THEN
        RAISE EXCEPTION 'nobody joins a known problem that is over' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_problemjoin_of_an_open_problem BEFORE INSERT ON complaints_problemjoin
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_problem_join();
"""

SERIAL = "CREATE SEQUENCE complaints_case_serial AS bigint MINVALUE 1 MAXVALUE 9999999 CYCLE;"

DROP = """
DROP TRIGGER complaints_problemjoin_of_an_open_problem ON complaints_problemjoin;
DROP FUNCTION complaints_guard_problem_join;
DROP TRIGGER complaints_rating_is_the_citizens ON complaints_rating;
DROP FUNCTION complaints_guard_rating;
DROP TRIGGER complaints_case_stays_hidden ON complaints_case;
DROP FUNCTION complaints_guard_hiding;
DROP TRIGGER complaints_case_suggests ON complaints_case;
DROP TRIGGER complaints_new_case_suggests ON complaints_case;
DROP FUNCTION complaints_note_suggestions;
DROP TRIGGER complaints_case_time ON complaints_case;
DROP FUNCTION complaints_guard_time;
DROP TRIGGER complaints_case_words ON complaints_case;
DROP FUNCTION complaints_forget_block;
DROP TRIGGER complaints_history_actor ON complaints_caseevent;
DROP FUNCTION complaints_guard_actor;
DROP TRIGGER complaints_case_officer ON complaints_case;
DROP TRIGGER complaints_recusal_officer ON complaints_recusal;
DROP FUNCTION complaints_guard_officer;
DROP TRIGGER complaints_recusal_rows ON complaints_recusal;
DROP FUNCTION complaints_guard_recusal;
DROP TRIGGER complaints_history_table ON complaints_caseevent;
DROP TRIGGER complaints_history_rows ON complaints_caseevent;
DROP FUNCTION complaints_guard_history;
DROP TRIGGER complaints_case_state_has_event ON complaints_case;
DROP TRIGGER complaints_case_filed_has_event ON complaints_case;
DROP FUNCTION complaints_require_event;
DROP TRIGGER complaints_case_state ON complaints_case;
DROP TRIGGER complaints_case_begins ON complaints_case;
DROP FUNCTION complaints_guard_state;
DROP FUNCTION complaints_is_edge;
DROP SEQUENCE complaints_case_serial;
"""


class Migration(migrations.Migration):
    """Install the guards after the tables."""

    dependencies = [("complaints", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                SERIAL,
                EDGE_FUNCTION,
                STATE_GUARD,
                EVENT_GUARD,
                TIME_GUARD,
                HISTORY_GUARD,
                RECUSAL_GUARD,
                OFFICER_GUARD,
                ACTOR_GUARD,
                FORGET_BLOCK,
                NOTE_SUGGESTIONS,
                HIDING_GUARD,
                RATING_GUARD,
                JOIN_GUARD,
            ],
            reverse_sql=DROP,
        )
    ]
