"""Whoever gets past the guards and rewrites the history is found out by its hashes."""

import pytest
from django.core.management import CommandError, call_command

from complaints.models import Case
from tests.owner import forge

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_untouched_history_holds(closed: Case, triaged: Case, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_history")
    assert capsys.readouterr().out == "Every chain holds.\n"


def test_a_changed_event_is_named(closed: Case, triaged: Case) -> None:
    forge(f"UPDATE complaints_caseevent SET facts = '{{}}' WHERE case_id = {closed.pk} AND number = 2")
    with pytest.raises(CommandError) as found:
        call_command("verify_history")
    assert str(found.value) == f"case {closed.pk}: event 2 was forged"


def test_an_event_cut_off_at_the_end_is_missed(closed: Case, triaged: Case) -> None:
    closed.answers.all().delete()
    forge(f"DELETE FROM complaints_caseevent WHERE case_id = {closed.pk} AND number = 3")
    with pytest.raises(CommandError) as found:
        call_command("verify_history")
    assert str(found.value) == f"case {closed.pk}: the newest event is missing"
