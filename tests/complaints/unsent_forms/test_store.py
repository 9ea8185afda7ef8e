"""What is kept of a form: for whom, how much, how long, and which of two tabs wins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.models import Citizen, User
from complaints import unsent_forms
from complaints.escalation.expiry import discard_drafts
from complaints.models import Case, SentForm, UnsentForm
from complaints.retention.erasing import erase_case, erase_person
from tests.complaints.threads import Overlap, at_once

PATH = "/cases/2600000001/add/"
WORDS = [("text", "انقطعت المياه مساءً أيضًا."), ("way", "sms")]


def keep(
    user: User, at: datetime, *, path: str = PATH, text: str = WORDS[0][1], opened: datetime | None = None
) -> UnsentForm:
    key = unsent_forms.new_key(at=opened or at)
    return unsent_forms.keep(user, path, [("text", text)], key=key, case=None, at=at)


def test_it_is_found_by_its_owner_and_page_alone_and_cannot_be_read_in_the_table(
    amina: Citizen, karim: Citizen, now: datetime
) -> None:
    unsent_forms.keep(amina.user, PATH, WORDS, key=unsent_forms.new_key(at=now), case=None, at=now)
    found = unsent_forms.find(amina.user, PATH, at=now)
    assert found is not None
    assert (list(found.fields), found.texts, found.preview) == (WORDS, [WORDS[0][1]], WORDS[0][1])
    assert found.last_on == now + timedelta(days=7)
    assert unsent_forms.find(karim.user, PATH, at=now) is None
    assert unsent_forms.find(amina.user, "/cases/2600000001/object/", at=now) is None
    assert unsent_forms.find_by_id(karim.user, found.row.pk, at=now) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM complaints_unsentform")
        assert WORDS[0][1].encode() not in bytes(cursor.fetchone()[0])


def test_of_two_tabs_the_one_opened_later_wins_and_the_other_is_told(amina: Citizen, now: datetime) -> None:
    first, second = now, now + timedelta(minutes=1)
    keep(amina.user, now, text="من الأول", opened=first)
    keep(amina.user, now, text="من الثاني", opened=second)
    with pytest.raises(unsent_forms.OlderPage):
        keep(amina.user, now + timedelta(minutes=2), text="من الأول ثانية", opened=first)
    found = unsent_forms.find(amina.user, PATH, at=now)
    assert found is not None
    assert found.texts == ["من الثاني"]


def test_what_is_sent_is_sent_once_and_its_page_keeps_nothing_more(
    amina: Citizen, karim: Citizen, now: datetime
) -> None:
    key = unsent_forms.new_key(at=now)
    unsent_forms.keep(amina.user, PATH, WORDS, key=key, case=None, at=now)
    unsent_forms.send(amina.user, PATH, key=key, at=now)
    assert unsent_forms.find(amina.user, PATH, at=now) is None
    with pytest.raises(unsent_forms.AlreadySent):
        unsent_forms.send(amina.user, PATH, key=key, at=now)
    with pytest.raises(unsent_forms.AlreadySent):
        unsent_forms.keep(amina.user, PATH, WORDS, key=key, case=None, at=now)
    assert (unsent_forms.is_sent(key, amina.user), unsent_forms.is_sent(key, karim.user)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_page_at_once_send_it_once(amina: Citizen, now: datetime) -> None:
    send = partial(unsent_forms.send, amina.user, PATH, key=unsent_forms.new_key(at=now), at=now)
    outcomes = [type(outcome) for outcome in at_once(send, send)]
    assert sorted(outcomes, key=str) == sorted([type(None), unsent_forms.AlreadySent], key=str)


@pytest.mark.django_db(transaction=True)
def test_what_another_window_keeps_and_sends_in_this_very_moment_stops_nobody(amina: Citizen, now: datetime) -> None:
    overlap = Overlap()

    def between(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if not sql.startswith('INSERT INTO "complaints_unsentform"'):
            return execute(sql, *more)
        at_once(partial(keep, amina.user, now))
        try:
            return execute(sql, *more)
        finally:
            overlap.rest()

    def late() -> UnsentForm:
        with connection.execute_wrapper(between):
            return keep(amina.user, now + timedelta(minutes=1))

    kept, sent = overlap.run(
        late, partial(unsent_forms.send, amina.user, PATH, key=unsent_forms.new_key(at=now), at=now)
    )
    assert (type(kept), sent, overlap.was_overtaken) == (UnsentForm, None, False)
    assert not UnsentForm.objects.exists()


def test_there_is_an_end_to_what_is_kept(amina: Citizen, now: datetime) -> None:
    with pytest.raises(unsent_forms.TooMuch):
        keep(amina.user, now, text="ا" * unsent_forms.MOST_LETTERS)
    for number in range(unsent_forms.MOST_FORMS):
        keep(amina.user, now, path=f"/cases/{number}/")
    with pytest.raises(unsent_forms.TooMuch):
        keep(amina.user, now, path="/cases/one-more/")
    keep(amina.user, now, path="/cases/0/", opened=now + timedelta(minutes=1))


def test_it_goes_after_seven_days_and_an_hour_after_it_was_shown_a_last_time(amina: Citizen, now: datetime) -> None:
    keep(amina.user, now)
    keep(amina.user, now, path="/cases/ended/")
    unsent_forms.send(amina.user, "/cases/other/", key=unsent_forms.new_key(at=now), at=now)
    ended = unsent_forms.end(amina.user, "/cases/ended/", at=now)
    assert ended is not None
    assert [one.row.path for one in unsent_forms.listed(amina.user, at=now)] == [PATH]
    assert unsent_forms.find_by_id(amina.user, ended.pk, at=now + timedelta(minutes=59)) is not None
    assert unsent_forms.find_by_id(amina.user, ended.pk, at=now + timedelta(minutes=61)) is None
    assert discard_drafts(at=now + timedelta(minutes=61)) == 1
    assert (discard_drafts(at=now + timedelta(days=6)), SentForm.objects.count()) == (0, 0)
    assert (discard_drafts(at=now + timedelta(days=7)), UnsentForm.objects.count()) == (1, 0)


def test_it_is_erased_with_the_case_and_with_the_person(
    closed: Case, amina: Citizen, omar: User, now: datetime
) -> None:
    key = unsent_forms.new_key(at=now)
    unsent_forms.keep(omar, "/staff/cases/x/note/", WORDS, key=key, case=closed, at=now)
    assert erase_case(closed.pk, at=now + timedelta(days=1))
    assert UnsentForm.objects.count() == 0
    keep(amina.user, now)
    erase_person(amina, at=now)
    assert UnsentForm.objects.count() == 0
