"""Whoever gets past the guards and rewrites the history is found out by its hashes."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from complaints.models import Case


def rewrite(statement: str) -> None:
    """Do what the guards refuse, as the owner of the database could."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE complaints_caseevent DISABLE TRIGGER USER")
        cursor.execute(statement)
        connection.check_constraints()
        cursor.execute("ALTER TABLE complaints_caseevent ENABLE TRIGGER USER")


def test_an_untouched_history_holds(closed: Case, triaged: Case, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_history")
    assert capsys.readouterr().out == "Every chain holds.\n"


def test_a_changed_event_is_named(closed: Case, triaged: Case) -> None:
    rewrite(f"UPDATE complaints_caseevent SET facts = '{{}}' WHERE case_id = {closed.pk} AND number = 2")
    with pytest.raises(CommandError) as found:
        call_command("verify_history")
    assert str(found.value) == f"case {closed.pk}: event 2 was forged"


def test_an_event_cut_off_at_the_end_is_missed(closed: Case, triaged: Case) -> None:
    closed.answers.all().delete()
    rewrite(f"DELETE FROM complaints_caseevent WHERE case_id = {closed.pk} AND number = 3")
    with pytest.raises(CommandError) as found:
        call_command("verify_history")
    assert str(found.value) == f"case {closed.pk}: the newest event is missing"
