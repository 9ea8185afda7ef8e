"""Ratings: one for each answer, the citizen's alone, with its former words; and the word on whether it is solved."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Citizen, User
from complaints.actions import close, dismiss, object_to, rate, uphold, withdraw
from complaints.actions.objections import RatedElsewhere, words_for_objection
from complaints.engine.history import rewritten
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, ConfirmationOf, FormerRating, Rating
from complaints.retention import erasing
from notifications.models import Message, MessageState
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

WORDS = "ما زالت المياه مقطوعة عن البيت منذ يوم الإغلاق."


def word(case: Case) -> str:
    """Return the citizen's word on the newest answer."""
    return Case.objects.annotate(said=ConfirmationOf()).values_list("said", flat=True).get(pk=case.pk)


def refused(sql: str, *values: object) -> str:
    """Return what the database says to a statement at commit."""

    def attempt() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as refusal:
        attempt()
    return str(refusal.value)


def test_an_answer_is_rated_and_the_rating_changed_with_its_former_words(
    closed: Case, amina: Citizen, now: datetime
) -> None:
    later = now + timedelta(days=2)
    rate(closed, by=amina.user, at=now, count=0, solved="no", treated=2, text=WORDS)
    assert (word(closed), words_for_objection(closed)) == ("disputed", WORDS)
    rate(closed, by=None, at=later, count=1, solved="yes", treated=5)
    rating = closed.ratings.get()
    assert (rating.solved, rating.treated, rating.text, rating.made_at, rating.changed_at) == ("yes", 5, "", now, later)
    former = closed.former_ratings.get()
    assert (former.solved, former.treated, former.text, former.replaced_at) == ("no", 2, WORDS, later)
    assert (word(closed), words_for_objection(closed)) == ("confirmed", "")
    events = list(closed.events.filter(action="rate"))
    assert [(event.actor, event.solved, event.from_state) for event in events] == [
        (amina.user, "no", "closed"),
        (None, "yes", "closed"),
    ]
    assert (former.event, rating.event) == tuple(events)
    assert list(rewritten()) == []
    connection.check_constraints()


def test_the_same_again_changes_nothing_and_another_window_is_told(closed: Case, amina: Citizen, now: datetime) -> None:
    said = {"solved": "partly", "treated": 3, "text": ""}
    for _ in range(2):
        rate(closed, by=amina.user, at=now, count=0, **said)
    assert closed.events.filter(action="rate").count() == 1
    with pytest.raises(RatedElsewhere):
        rate(closed, by=amina.user, at=now, count=0, **said | {"solved": "yes"})
    assert (closed.ratings.get().solved, closed.former_ratings.count()) == ("partly", 0)


def test_the_days_to_rate_and_to_change_are_settings(
    closed: Case, amina: Citizen, now: datetime, settings: object
) -> None:
    settings.RATING_OPEN_DAYS, settings.RATING_CHANGE_DAYS = 10, 4
    with pytest.raises(TransitionNotAllowed):
        rate(closed, by=amina.user, at=now + timedelta(days=10, minutes=1), count=0, solved="yes")
    rate(closed, by=amina.user, at=now + timedelta(days=10), count=0, solved="yes")
    with pytest.raises(TransitionNotAllowed):
        rate(closed, by=amina.user, at=now + timedelta(days=14, minutes=1), count=1, solved="no")
    rate(closed, by=amina.user, at=now + timedelta(days=14), count=1, solved="no")
    assert closed.ratings.get().solved == "no"


def test_no_officer_and_nobody_of_the_unit_rates(closed: Case, omar: User, lina: User, now: datetime) -> None:
    for person in (omar, lina):
        with pytest.raises(NotEntitled):
            rate(closed, by=person, at=now, count=0, solved="yes")
    assert Rating.objects.count() == 0


def test_what_has_no_answer_is_not_rated(accepted: Case, file_case: FileCase, amina: Citizen, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        rate(accepted, by=amina.user, at=now, count=0, solved="yes")
    withdraw(accepted, by=amina.user, at=now)
    for count in (0, 1):
        with pytest.raises(TransitionNotAllowed):
            rate(accepted, by=None, at=now, count=count, solved="yes")
    assert (word(accepted), Rating.objects.count()) == ("", 0)


def test_the_newest_word_after_the_newest_answer_decides(
    closed: Case, amina: Citizen, omar: User, lina: User, rami: User, now: datetime
) -> None:
    said = [word(closed)]
    rate(closed, by=amina.user, at=now, count=0, solved="yes")
    said.append(word(closed))
    object_to(closed, by=amina.user, at=now, text=WORDS)
    said.append(word(closed))
    with pytest.raises(TransitionNotAllowed):
        rate(closed, by=amina.user, at=now, count=1, solved="yes")
    dismiss(closed, by=lina, at=now, reasons="الوصلة سليمة.")
    said.append(word(closed))
    object_to(closed, by=amina.user, at=now, text=WORDS)
    uphold(closed, by=rami, at=now, days=2, reasons="لم يثبت وصول المياه.")
    said.append(word(closed))
    close(closed, by=omar, at=now, outcome="solved", found=FOUND, done=f"{DONE} ثم أعيد الفحص.")
    said.append(word(closed))
    assert said == ["unanswered", "confirmed", "disputed", "disputed", "disputed", "unanswered"]
    rate(closed, by=amina.user, at=now, count=0, solved="partly")
    assert (word(closed), closed.ratings.count(), closed.ratings.values("closing").distinct().count()) == (
        "disputed",
        2,
        2,
    )
    connection.check_constraints()


def test_the_database_keeps_ratings_in_the_citizens_hands(
    closed: Case, amina: Citizen, omar: User, now: datetime
) -> None:
    rate(closed, by=amina.user, at=now, count=0, solved="no", text=WORDS)
    rate(closed, by=amina.user, at=now, count=1, solved="partly", text=WORDS)
    close_event = closed.ratings.get().closing_id
    assert "changed by its citizen alone" in refused("UPDATE complaints_rating SET solved = 'yes'")
    assert "changed by its citizen alone" in refused("UPDATE complaints_rating SET text = 'x'")
    assert "not kept" in refused("UPDATE complaints_rating SET event_id = %s, solved = 'yes'", close_event)
    assert "what a citizen said is kept" in refused("DELETE FROM complaints_rating")
    assert "what a citizen said is kept" in refused("UPDATE complaints_formerrating SET solved = 'yes'")
    assert "what a citizen said is kept" in refused("DELETE FROM complaints_formerrating")
    assert "scale" in refused("UPDATE complaints_rating SET treated = 6")
    assert FormerRating.objects.get().solved == "no"


def test_a_rating_written_with_somebody_elses_event_is_refused(closed: Case, omar: User, now: datetime) -> None:
    closing = closed.events.get(action="close")
    insert = (
        "INSERT INTO complaints_rating (case_id, closing_id, event_id, solved, text, made_at, changed_at) "
        "VALUES (%s, %s, %s, 'yes', '', %s, %s)"
    )
    assert "not its citizen" in refused(insert, closed.pk, closing.pk, closing.pk, now, now)


def test_erasing_takes_the_words_and_leaves_the_rest(closed: Case, amina: Citizen, now: datetime) -> None:
    rate(closed, by=amina.user, at=now, count=0, solved="no", treated=1, text=WORDS)
    rate(closed, by=amina.user, at=now, count=1, solved="partly", treated=2, text=WORDS)
    Message.objects.update(state=MessageState.ACCEPTED)
    connection.check_constraints()
    assert erasing.erase_case(closed.pk, at=now + timedelta(days=400))
    connection.check_constraints()
    rating, former = Rating.objects.get(), FormerRating.objects.get()
    assert [(each.solved, each.treated, each.text) for each in (rating, former)] == [("partly", 2, "—"), ("no", 1, "—")]
    assert list(rewritten()) == []
