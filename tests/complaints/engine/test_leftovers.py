"""A transactional test leaves nothing to the next one: neither history that is append-only nor a recusal."""

from datetime import datetime

import pytest
from django.db import connection

from accounts.models import User
from complaints.actions import recuse
from complaints.models import Case
from tests.conftest import WRITTEN_BY_MIGRATE, delete_all_rows


def filled() -> set[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables))
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_every_table_is_empty_but_what_migrating_wrote(
    accepted: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    recuse(accepted, by=nadia, at=now, person=omar, text="The letter names Omar.")
    assert filled() >= {"complaints_caseevent", "complaints_recusal", "notifications_message"}
    delete_all_rows()
    assert filled() == WRITTEN_BY_MIGRATE
