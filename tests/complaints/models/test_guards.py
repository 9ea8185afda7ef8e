"""What the database refuses by itself, whatever the code says."""

from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from complaints.models import Case, CaseEvent, Holding
from complaints.workflow import State, edges
from tests.complaints.threads import at_once
from tests.owner import owner


@pytest.mark.django_db
def test_the_databases_table_is_the_codes_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'complaints_is_edge'")
        (source,) = cursor.fetchone()
    assert [line for line in edges() if f"('{line[0]}', '{line[1]}', '{line[2]}')" not in source] == []
    assert source.count("('") == len(edges())


@pytest.mark.parametrize("state", [State.TRIAGE, State.WAITING, State.CLOSED, State.OBJECTED, State.IN_PROGRESS])
def test_a_direct_write_of_the_state_fails(referred: Case, state: State) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=referred.pk).update(state=state)


def test_saving_a_state_on_the_instance_fails(accepted: Case) -> None:
    accepted.state = State.REFERRED
    with pytest.raises(IntegrityError), transaction.atomic():
        accepted.save(update_fields=["state"])


def test_a_forged_step_without_its_event_fails_at_commit(accepted: Case) -> None:
    Case.objects.filter(pk=accepted.pk).update(
        state=State.TRIAGE, last_action="return", version=accepted.version + 1, promised_on=None
    )
    with pytest.raises(IntegrityError, match="has no event"), transaction.atomic():
        connection.check_constraints()
    transaction.set_rollback(True)


def test_a_step_outside_the_table_fails_even_with_a_version(referred: Case, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="by a transition only"), transaction.atomic():
        Case.objects.filter(pk=referred.pk).update(
            state=State.OBJECTED, last_action="object", version=referred.version + 1
        )


def test_a_case_cannot_begin_closed(referred: Case, now: datetime) -> None:
    twin = Case.objects.get(pk=referred.pk)
    twin.pk, twin.reference, twin.submission = None, "0000000000", "00000000-0000-0000-0000-000000000000"
    twin.state, twin.closed_at, twin.outcome, twin.holder = State.CLOSED, now, "solved", ""
    with pytest.raises(IntegrityError, match="begins by being filed"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE complaints_caseevent SET action = 'close'",
        "DELETE FROM complaints_caseevent",
        "TRUNCATE complaints_caseevent CASCADE",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_history_is_append_only(referred: Case, statement: str) -> None:
    """The application has no right to try, and a trigger refuses everybody else."""
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        owner().execute(statement)
    assert CaseEvent.objects.count() == 1


def test_two_holders_at_once_are_refused(referred: Case, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(case=referred, holder="cmu", started_at=now)


@pytest.mark.django_db(transaction=True)
def test_spans_that_overlap_are_refused_to_two_sessions_at_once(closed: Case, now: datetime) -> None:
    def hold(first: int, last: int) -> Holding:
        starts, ends = (now + timedelta(days=day) for day in (first, last))
        return Holding.objects.create(case_id=closed.pk, holder="cmu", started_at=starts, ended_at=ends)

    for _ in range(5):
        done = at_once(*[partial(hold, first, first + 3) for first in (10, 11, 12)])
        names = [type(each).__name__ for each in done]
        # Of three that wait for one another, PostgreSQL may end some to save the rest.
        assert (names.count("Holding"), set(names) - {"Holding", "IntegrityError", "OperationalError"}) == (1, set())
        Holding.objects.filter(case=closed, started_at__gt=now).delete()


def test_spans_may_touch_and_be_empty(closed: Case, now: datetime) -> None:
    moments = [now + timedelta(days=day) for day in (10, 12, 12, 12, 14)]
    for starts, ends in pairwise(moments):
        Holding.objects.create(case=closed, holder="cmu", started_at=starts, ended_at=ends)
    assert closed.holdings.filter(started_at__gt=now).count() == 4


@pytest.mark.django_db
def test_the_guard_of_the_spans_looks_at_one_case() -> None:
    """With the span first, the index is useless for a case, and building it takes hours at a million cases."""
    question = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'holding_spans_do_not_overlap'"
    with connection.cursor() as cursor:
        cursor.execute(question)
        (definition,) = cursor.fetchone()
    assert definition.startswith("EXCLUDE USING gist (case_id WITH =, tstzrange(")


def test_spans_of_one_case_do_not_overlap(accepted: Case, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.create(
            case=accepted, holder="cmu", started_at=now.replace(hour=11), ended_at=now.replace(hour=12)
        )


@pytest.mark.django_db(transaction=True)
def test_the_flush_of_tests_deletes_no_history_of_the_application(referred: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET history.flush_for_tests = 'on'")
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("DELETE FROM complaints_caseevent")
    connection.close()  # and with it the setting


FORGED = """
CREATE TEMPORARY TABLE complaints_caseevent ON COMMIT DROP AS SELECT * FROM public.complaints_caseevent;
INSERT INTO pg_temp.complaints_caseevent (case_id, number, action, from_state, to_state, chain, at)
SELECT id, version + 1, 'return', state, 'triage', chain, changed_at FROM public.complaints_case;
UPDATE complaints_case SET state = 'triage', last_action = 'return', version = version + 1, promised_on = NULL;
SET CONSTRAINTS ALL IMMEDIATE
"""


def test_a_guard_is_not_told_by_a_temporary_table(accepted: Case) -> None:
    """A session finds its temporary tables first; the guards do not look there."""
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="has no event"), transaction.atomic():
        cursor.execute(FORGED)
