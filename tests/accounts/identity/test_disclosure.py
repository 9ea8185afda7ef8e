"""Identity data shown to staff in clear: recorded each time; masked otherwise."""

import psycopg
import pytest
from django.db import ProgrammingError

from accounts.identity import disclosure
from accounts.identity.disclosure import CaseMark
from accounts.models import IdentityView
from tests.owner import owner


def test_what_is_revealed_is_written_down(amina, omar, now):
    shown = disclosure.reveal(
        amina, viewer=omar, about=CaseMark("2600000017"), fields=["phone", "number"], reason="to call back", at=now
    )
    assert shown == {"phone": "079 000 1234", "number": "9902103456"}
    look = IdentityView.objects.get()
    assert (look.viewer, look.citizen, look.reference) == (omar, amina, "2600000017")
    assert (look.fields, look.reason, look.at) == (["number", "phone"], "to call back", now)


def test_every_part_can_be_revealed_and_nothing_else(amina, lina, now):
    shown = disclosure.reveal(amina, viewer=lina, about=CaseMark(), fields=disclosure.FIELDS, reason="audit", at=now)
    assert shown == {
        "number": "9902103456",
        "birth_date": "1990-03-27",
        "phone": "079 000 1234",
        "address": "الجبيهة، شارع 12، بناية 7",
        "email": "amina@home.example",
    }
    with pytest.raises(KeyError):
        disclosure.reveal(amina, viewer=lina, about=CaseMark(), fields=["password"], reason="audit", at=now)
    assert IdentityView.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_look_is_neither_changed_nor_deleted(amina, omar, now):
    disclosure.reveal(amina, viewer=omar, about=CaseMark(), fields=["phone"], reason="to call back", at=now)
    for act in (lambda: IdentityView.objects.update(reason="none"), lambda: IdentityView.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="permission denied"):
            act()
    for statement in ("UPDATE accounts_identityview SET reason = 'none'", "DELETE FROM accounts_identityview"):
        with pytest.raises(psycopg.IntegrityError, match="neither changed nor deleted"):
            owner().execute(statement)
    assert IdentityView.objects.get().reason == "to call back"
