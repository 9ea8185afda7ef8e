"""Whoever gets past the guards and rewrites the history, its texts or an anchor is found out by what lies outside."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from complaints.engine import history, notices
from complaints.models import Case, CaseEvent, TextSalt
from tests.owner import forge, owner

OTHER_KEY = b64encode(bytes(range(96, 128))).decode()
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anchors(tmp_path: Path, settings: Any) -> Path:
    """The folder outside the database."""
    options = {"location": str(tmp_path)}
    settings.STORAGES = settings.STORAGES | {
        "anchors": {"BACKEND": "kit.file_storage.WholeFileStorage", "OPTIONS": options}
    }
    return tmp_path


def past_the_guards(*statements: str) -> None:
    """Change cases and history consistently, as the owner of the tables could."""
    with owner().transaction():
        for table in ("complaints_case", "complaints_caseevent"):
            owner().execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            owner().execute(statement)
        owner().execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("complaints_case", "complaints_caseevent"):
            owner().execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def verify() -> list[str]:
    """Return what the command names."""
    try:
        call_command("verify_history", verbosity=0)
    except CommandError as found:
        return str(found).split("\n")
    return []


def test_an_untouched_history_holds(closed: Case, triaged: Case, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_history")
    assert capsys.readouterr().out == "Every chain holds.\n"


def test_a_changed_event_is_named(closed: Case, triaged: Case) -> None:
    receipt = notices.seal(closed, at=timezone.now())
    forge(f"UPDATE complaints_caseevent SET facts = facts - 'promised_on' WHERE case_id = {closed.pk} AND number = 2")
    assert verify() == [f"case {closed.pk}: event 2 was forged"]
    assert notices.read(receipt).standing == notices.Standing.DOUBTFUL


def test_an_event_cut_off_at_the_end_is_missed(closed: Case, triaged: Case) -> None:
    closed.answers.all().delete()
    TextSalt.objects.filter(event__case=closed, event__number=3).delete()
    forge(f"DELETE FROM complaints_caseevent WHERE case_id = {closed.pk} AND number = 3")
    assert verify() == [f"case {closed.pk}: the newest event is missing"]


def test_an_event_that_was_hashed_again_without_the_key_is_named(closed: Case, settings: Any) -> None:
    """The forger knows the code, and everything in the database."""
    event = CaseEvent.objects.get(case=closed, number=3)
    event.facts = event.facts | {"outcome": "done"}
    true, settings.HISTORY_KEYS = settings.HISTORY_KEYS, f"test:{OTHER_KEY}"
    previous = bytes(CaseEvent.objects.get(case=closed, number=2).chain)
    chain = history.link(previous, event).hex()
    settings.HISTORY_KEYS = true
    facts = json.dumps(event.facts)
    forge(
        f"UPDATE complaints_caseevent SET facts = '{facts}', chain = '\\x{chain}' WHERE id = {event.pk};"
        f" UPDATE complaints_case SET chain = '\\x{chain}' WHERE id = {closed.pk}"
    )
    assert verify() == [f"case {closed.pk}: event 3 was forged"]


def test_rewritten_words_and_answers_are_named_and_erased_ones_are_not(closed: Case, triaged: Case) -> None:
    owner().execute("UPDATE complaints_case SET details = 'ماء نظيف دائما' WHERE id = %s", [closed.pk])
    owner().execute("UPDATE complaints_answer SET done = 'لا شيء' WHERE case_id = %s", [closed.pk])
    assert verify() == [
        f"case {closed.pk}: the answer of event 3 was rewritten",
        f"case {closed.pk}: the complaint of event 1 was rewritten",
    ]
    # Texts go with their salt: then short ones cannot be guessed, and nobody calls them forged.
    TextSalt.objects.filter(event__case=closed).delete()
    assert len(verify()) == 2
    owner().execute("UPDATE complaints_answer SET found = '', done = '' WHERE case_id = %s", [closed.pk])
    owner().execute("UPDATE complaints_case SET subject = '', details = '' WHERE id = %s", [closed.pk])
    owner().execute("UPDATE complaints_case SET area = '', place = '', employee = '' WHERE id = %s", [closed.pk])
    assert verify() == []


def test_a_text_that_is_gone_while_its_salt_is_not_is_named(closed: Case) -> None:
    closed.answers.all().delete()
    assert verify() == [f"case {closed.pk}: the text of event 3 (close) is gone"]


def test_every_event_that_records_words_is_compared(closed: Case) -> None:
    compared = {(written.model.__name__, written.event) for written in history.WRITTEN}

    def is_text(model: Any) -> bool:
        return any(field.get_internal_type() == "TextField" for field in model._meta.concrete_fields)

    pointing = {
        (model.__name__, field.name)
        for model in apps.get_app_config("complaints").get_models()
        if is_text(model)
        for field in model._meta.concrete_fields
        if field.related_model is CaseEvent
    }
    # These end something, name what a text is about, or repeat a text that another event proves.
    without_words = {
        ("Answer", "taken_back_event"),
        ("Attachment", "event"),
        ("Attachment", "transcript_event"),
        ("Consultation", "revoke_event"),
        ("Extension", "decided_event"),
        ("Precedent", "event"),
        ("Question", "lapse_event"),
        ("Rating", "closing"),
        ("Revision", "event"),
    }
    assert pointing - compared == without_words


# ---- anchors ----


def test_a_consistently_deleted_case_and_a_cut_chain_are_named_by_the_anchor(
    closed: Case, triaged: Case, anchors: Path
) -> None:
    now = timezone.now()
    assert [history.write(at=now), history.write(at=now)] == [True, False]
    day = timezone.localdate(now).isoformat()
    assert verify() == []

    closed.answers.all().delete()
    TextSalt.objects.filter(event__case=closed, event__number=3).delete()
    before = bytes(CaseEvent.objects.get(case=closed, number=2).chain).hex()
    past_the_guards(
        f"DELETE FROM complaints_caseevent WHERE case_id = {closed.pk} AND number = 3",
        f"UPDATE complaints_case SET version = 2, chain = '\\x{before}' WHERE id = {closed.pk}",
    )
    assert verify() == [f"case {closed.pk}: event 3 is missing, but was anchored on {day}"]
    past_the_guards(
        f"DELETE FROM complaints_textsalt WHERE event_id >> 20 = {triaged.pk}",
        *(
            f"DELETE FROM complaints_{table} WHERE case_id = {triaged.pk}"
            for table in ("clock", "holding", "caseevent")
        ),
        f"DELETE FROM complaints_case WHERE id = {triaged.pk}",
    )
    assert sorted(verify()) == sorted(
        [
            f"case {closed.pk}: event 3 is missing, but was anchored on {day}",
            f"case {triaged.pk}: it is missing, but was anchored on {day}",
        ]
    )


def test_a_changed_a_missing_and_a_late_anchor_are_named(closed: Case, triaged: Case, anchors: Path) -> None:
    now = timezone.now()
    days = [now - timedelta(hours=ago) for ago in (60, 36, 12)]
    for at in days:
        history.write(at=at)
    first, second, third = (anchors / f"{timezone.localdate(at).isoformat()}.json" for at in days)
    heads = [len(json.loads(file.read_text())["heads"]) for file in (first, second)]
    assert (heads[0], verify()) == (2, [])

    third.rename(anchors / "aside")
    assert verify() == []
    assert list(history.faults(at=now + timedelta(days=1))) == [
        f"anchors: the newest one is of {second.stem}; later ones were removed, or none was written"
    ]
    (anchors / "aside").rename(third)
    whole = second.read_text()
    second.write_text(whole.replace('"events":', '"events":1'))
    assert verify() == [
        f"anchor of {second.stem}: it was changed, or signed by an unknown key",
        f"anchor of {third.stem}: the one before it was changed or is missing",
    ]
    assert [*history.faults(at=now)] == verify()
    second.unlink()
    assert verify() == [f"anchor of {third.stem}: the one before it was changed or is missing"]


def test_keys_rotate_and_older_ones_only_verify(closed: Case, anchors: Path, settings: Any) -> None:
    history.write(at=timezone.now() - timedelta(days=1))
    retired = settings.HISTORY_KEYS
    settings.HISTORY_KEYS = f"new:{OTHER_KEY},{retired}"
    history.write(at=timezone.now())
    assert verify() == []
    settings.HISTORY_KEYS = settings.HISTORY_KEYS.partition(",")[0]
    assert f"case {closed.pk}: event 1 was forged" in verify()
