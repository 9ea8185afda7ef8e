"""Retention erases words, files, messages and persons, not figures; holds stop it; a run that was killed goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Value
from django.db.models.functions import Concat
from django.utils.timezone import localdate

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate
from complaints.actions import accept, close
from complaints.actions.consultations import consult
from complaints.actions.notes import note
from complaints.models import (
    ERASED,
    Answer,
    Attachment,
    Case,
    CaseEvent,
    DeletedCase,
    DoomedFile,
    LegalHold,
    Note,
    RetentionReport,
    RetentionRule,
)
from complaints.retention import erasing, rules, run
from complaints.workflow import State
from notifications.models import Message
from reports.figures import kept
from reports.figures.reading import read
from reports.figures.sums import Dimension
from reports.figures.verifying import differences
from reports.models import FigureChange
from reports.periods import ReportPeriod
from tests.complaints import DETAILS, DONE, FOUND, REQUEST
from tests.complaints.cases import FileCase, attach

LATER = timedelta(days=500)


@pytest.fixture(autouse=True)
def _files_and_rules(media: None, db: None) -> None:
    """Keep files apart, and anonymise after twelve months, whatever the migration has seeded."""
    RetentionRule.objects.all().delete()
    RetentionRule.objects.create(anonymise_months=12, delete_months=1, effective_from="2020-01-01")


def settle_messages() -> None:
    Message.objects.update(state="delivered", lease_until=None, unsure_since=None)


def words_left(case: Case) -> list[str]:
    """Return the tables and columns in which words of the case are still found, read from the whole database."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'tsvector')"
            " AND table_name LIKE 'complaints\\_%%'"
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" WHERE strpos("{column}"::text, %s) > 0'
                f' OR strpos("{column}"::text, %s) > 0 OR strpos("{column}"::text, %s) > 0)',
                [DETAILS, FOUND, REQUEST],
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


@pytest.fixture
def full(accepted: Case, omar: User, amina: Citizen, network: Directorate, now: datetime) -> Case:
    """A closed case with a note, a request to a directorate, an objection's worth of texts, a file and messages."""
    attach(accepted, now, "amina.jpg")
    note(accepted, by=omar, at=now, text=REQUEST)
    consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    settle_messages()
    accepted.refresh_from_db()
    # In life another transaction closed it long ago.
    connection.check_constraints()
    return accepted


def test_a_closed_case_is_anonymised_and_then_deleted(full: Case, amina: Citizen, now: datetime) -> None:
    figures = list(
        Case.objects.values("kind", "agency", "topic", "outcome", "state", "closed_at").annotate(Count("pk"))
    )
    stored = full.attachments.get().file.path
    assert words_left(full)
    assert Path(stored).exists()
    assert run.apply_retention(at=now + timedelta(days=300)) == 0
    assert run.dry_run(at=now + LATER) == {"case complaint solved": 1}
    assert words_left(full)

    assert run.apply_retention(at=now + LATER) == 1
    full.refresh_from_db()
    assert (words_left(full), full.subject, full.citizen_id) == ([], ERASED, erasing.NOBODY)
    assert (Path(stored).exists(), Attachment.objects.count(), DoomedFile.objects.count()) == (False, 0, 0)
    about = Message.objects.filter(reference=full.reference, recipient__startswith="erased:")
    assert {(one.body, one.address, one.token) for one in about} == {(ERASED, ERASED, None)}
    assert not Message.objects.filter(recipient=f"citizen:{amina.pk}", reference=full.reference).exists()
    call_command("verify_history", stdout=StringIO())
    assert figures == list(
        Case.objects.values("kind", "agency", "topic", "outcome", "state", "closed_at").annotate(Count("pk"))
    )
    report = RetentionReport.objects.get()
    assert report.counts["case complaint solved"] == report.counts["files"] == 1
    assert str(amina.pk) not in str(report.counts)
    assert full.reference not in str(report.counts)

    assert run.apply_retention(at=now + LATER + timedelta(days=10)) == 0
    # What is left goes by the clock of the database, which lives long after the cast.
    assert run.apply_retention(at=now + LATER + timedelta(days=40)) == 0
    Case.objects.filter(pk=full.pk).update(erased_at=now)
    assert run.apply_retention(at=now + timedelta(days=40)) == 1
    assert not Case.objects.exists()
    assert not CaseEvent.objects.exists()
    assert DeletedCase.objects.values_list("kind", "outcome").get() == ("complaint", "solved")
    connection.check_constraints()


def test_the_figures_of_the_past_do_not_fall_with_a_deleted_case(full: Case, now: datetime) -> None:
    """Neither by the next refresh nor by a rebuild; and the kept figures are still proven."""
    at, month = now + timedelta(days=60), ReportPeriod(date(2026, 1, 1), date(2026, 1, 31))
    kept.rebuild(at=at)
    before = read(month, by=(Dimension.AGENCY,), at=at)
    assert (before.total.amount("received"), before.total.amount("closed")) == (1, 1)
    erasing.erase_case(full.pk, at=now)
    Case.objects.filter(pk=full.pk).update(erased_at=now)
    assert run.delete_case(full.pk, at=now + timedelta(days=40)) is True
    assert FigureChange.objects.filter(case_id=full.pk).exists(), "the deletion is noted"
    for count in (kept.refresh, kept.rebuild):
        at += timedelta(minutes=3)
        count(at=at)
        after = read(month, by=(Dimension.AGENCY,), at=at)
        assert after.total == before.total
        assert after.rows.keys() == before.rows.keys()
        assert list(differences()) == []
    assert not FigureChange.objects.exists()


def test_the_history_is_deleted_by_no_other_way(full: Case, now: datetime) -> None:
    for forbidden in (
        "DELETE FROM complaints_caseevent",
        "INSERT INTO complaints_deletedcase SELECT id FROM complaints_case",
        "DELETE FROM complaints_deletedcase",
    ):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            connection.cursor().execute(forbidden)
    assert run.delete_case(full.pk, at=now + LATER) is False
    erasing.erase_case(full.pk, at=now)
    RetentionRule.objects.update(delete_months=60)
    assert run.delete_case(full.pk, at=now + timedelta(days=3650)) is False, "the future that is claimed does not count"
    RetentionRule.objects.update(delete_months=1)
    assert run.delete_case(full.pk, at=now + timedelta(days=3650)) is True


@pytest.mark.parametrize("on_person", [False, True])
def test_a_hold_stops_every_erasing_in_the_database_too(
    full: Case,
    lina: User,
    amina: Citizen,
    now: datetime,
    on_person: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    terms = rules.HoldTerms("دعوى أمام المحكمة", "123/2026", None)
    hold = rules.set_hold(full, terms, on_person=on_person, by=lina, at=now)
    assert run.apply_retention(at=now + LATER) == 0
    assert run.dry_run(at=now + LATER) == {"held": 1}
    with pytest.raises(rules.Held):
        erasing.erase_case(full.pk, at=now + LATER)
    to_citizen = Message.objects.filter(reference=full.reference, recipient=f"citizen:{amina.pk}")
    erasures: list[Callable[[], Any]] = [
        lambda: Case.objects.filter(pk=full.pk).update(details=ERASED),
        lambda: Answer.objects.update(found=""),
        lambda: Note.objects.update(text=ERASED),
        lambda: Note.objects.all().delete(),
        lambda: Attachment.objects.all().delete(),
        lambda: to_citizen.update(recipient=Concat(Value("erased:"), "recipient")),
        to_citizen.delete,
        lambda: Citizen.objects.filter(pk=amina.pk).update(erased_at=now),
        lambda: Citizen.objects.filter(pk=amina.pk).update(family_name=ERASED),
    ]
    for erase in erasures:
        with pytest.raises(IntegrityError, match="held for legal proceedings"), transaction.atomic():
            erase()
    assert rules.lift_hold(hold, reason="انتهت الدعوى", by=lina, at=now) is True
    assert rules.lift_hold(hold, reason="مرة ثانية", by=lina, at=now) is False
    assert run.apply_retention(at=now + LATER) == 1


def test_a_hold_on_an_agency_keeps_what_it_ever_had_in_the_span(
    full: Case, amina: Citizen, lina: User, water: Agency, gam: Agency, now: datetime
) -> None:
    """Also after the case has gone to another agency, and in the database; and its person is not erased either."""
    terms, day = rules.HoldTerms("دعوى أمام المحكمة", "123/2026", None), localdate(full.filed_at)
    one = timedelta(days=1)
    for filed, is_kept in (
        (rules.FiledSpan(None, None), True),
        (rules.FiledSpan(day, day), True),
        (rules.FiledSpan(day + one, None), False),
        (rules.FiledSpan(None, day - one), False),
    ):
        hold = rules.hold_agency(water, filed, terms, by=lina, at=now)
        assert run.cases_to_anonymise(now + LATER).exists() is not is_kept, filed
        assert rules.is_person_held(amina, now.date()) is is_kept, filed
        rules.lift_hold(hold, reason="انتهت الدعوى", by=lina, at=now)
    elsewhere = rules.hold_agency(gam, rules.FiledSpan(None, None), terms, by=lina, at=now)
    assert run.cases_to_anonymise(now + LATER).exists()
    rules.lift_hold(elsewhere, reason="انتهت الدعوى", by=lina, at=now)

    rules.hold_agency(water, rules.FiledSpan(day, None), terms, by=lina, at=now)
    for erase in (
        lambda: Case.objects.filter(pk=full.pk).update(agency=gam, details=ERASED),
        lambda: Citizen.objects.filter(pk=amina.pk).update(erased_at=now),
    ):
        with pytest.raises(IntegrityError, match="held for legal proceedings"), transaction.atomic():
            erase()
    with pytest.raises(rules.Held):
        erasing.erase_case(full.pk, at=now + LATER)


def test_a_hold_ends_with_its_day(full: Case, lina: User, now: datetime) -> None:
    day = now.date()
    LegalHold.objects.create(case=full, reason="ر", proceedings="1", until=day, set_by=lina, set_at=now)
    assert run.cases_to_anonymise(now + LATER).count() == 1
    RetentionRule.objects.create(kind="complaint", anonymise_months=1, effective_from=day)
    assert run.cases_to_anonymise(now).count() == 0


def test_the_most_particular_rule_in_effect_holds(full: Case, now: datetime) -> None:
    RetentionRule.objects.create(kind="complaint", outcome="solved", anonymise_months=600, effective_from="2021-01-01")
    assert run.dry_run(at=now + LATER) == {}
    RetentionRule.objects.create(kind="complaint", outcome="solved", anonymise_months=1, effective_from="2027-01-01")
    assert (run.dry_run(at=now + timedelta(days=100)), run.dry_run(at=now + LATER)["case complaint solved"]) == ({}, 1)


def test_the_command_counts_and_does_it_without_naming_anybody(full: Case, now: datetime) -> None:
    Case.objects.filter(pk=full.pk).update(closed_at=now - timedelta(days=1000))
    said = [StringIO(), StringIO(), StringIO()]
    call_command("apply_retention", "--dry-run", stdout=said[0])
    assert words_left(full)
    call_command("apply_retention", stdout=said[1])
    assert words_left(full) == []
    RetentionReport.objects.all().delete()
    call_command("apply_retention", stdout=said[2])
    assert said[0].getvalue() == "case complaint solved: 1\n"
    assert "case complaint solved: 1\nfiles: 1\nmessages: " in said[1].getvalue()
    assert said[2].getvalue() == "No retention period has ended.\n"


def test_an_open_case_and_an_unsent_message_are_left(referred: Case, now: datetime) -> None:
    assert erasing.erase_case(referred.pk, at=now + LATER) is False
    referred.refresh_from_db()
    assert (referred.state, referred.details) == (State.REFERRED, DETAILS)


def test_the_words_of_the_triggers_are_those_that_are_erased() -> None:
    from importlib import import_module

    guarded = import_module("complaints.migrations.0003_erasure_guards").WORDS
    erased = {model._meta.model_name: set(columns) for model, columns in erasing.WORDS.items()}
    assert {name: columns - set(guarded[name]) for name, columns in erased.items() if columns - set(guarded[name])} == {
        "answer": {"sent_because"},  # erased in one statement with the words of the answer, which are guarded
        "revision": {"area", "place"},
    }


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_midway_is_continued(
    file_case: FileCase, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = []
    for number in range(3):
        case = file_case(subject=f"انقطاع {number}")
        accept(case, by=omar, at=now, days=5)
        attach(case, now, "x.jpg")
        close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
        cases.append(case)
    settle_messages()
    paths = [Path(each.file.path) for each in Attachment.objects.all()]
    pid = os.fork()
    if pid == 0:  # the child erases two cases, then dies in the middle of the third, before any file is deleted
        connection.connect()
        whole = erasing._erase_words
        done: list[Case] = []

        def die(case: Case) -> None:
            if len(done) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            done.append(case)
            whole(case)

        erasing._erase_words = die
        run.apply_retention(at=now + LATER)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    connection.close()
    assert Case.objects.filter(erased_at__isnull=False).count() == 2
    assert RetentionReport.objects.get().counts["case complaint solved"] == 2
    assert all(path.exists() for path in paths)
    assert DoomedFile.objects.count() == 2

    assert run.apply_retention(at=now + LATER) == 1
    assert RetentionReport.objects.get().counts["case complaint solved"] == 3
    assert not any(path.exists() for path in paths)
    assert run.apply_retention(at=now + LATER) == 0
