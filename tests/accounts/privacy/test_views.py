"""A person reads who looked: role and agency, kind and case, never the name of the officer."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.identity.disclosure import CaseMark, record_search, record_view, reveal
from accounts.models import Citizen, IdentityView, User, ViewKind
from kit.crypto import lookup
from tests.cast import sign_in

PAGE = "/en/account/views/"


def test_the_person_reads_every_kind_of_look_and_no_name(
    amina: Citizen, karim: Citizen, omar: User, sami: User, water, now
) -> None:
    mark = CaseMark("2600000018", water.pk)
    client = sign_in(Client(), amina)
    assert "No one has looked" in client.get(PAGE).content.decode()
    for kind in ViewKind:
        record_view(amina, viewer=sami, kind=kind, about=mark, at=now)
    counted, page = [], ""
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(PAGE).content.decode()
        counted.append(len(asked))
        reveal(amina, viewer=omar, about=mark, fields=["phone"], reason="a reason typed by him", at=now)
    assert all(str(kind.label) in page for kind in ViewKind)
    assert "Contact-centre agent – National Contact Centre" in page
    assert "26 0000 0018" in page.replace("\xa0", " ")
    page = client.get(PAGE).content.decode()
    assert "Liaison officer – Jordan Water Company" in page
    for name in (omar.name_en, omar.name_ar, sami.name_en, omar.email, "a reason typed by him"):
        assert name not in page
    assert counted[0] == counted[1]
    assert "No one has looked" in sign_in(Client(), karim).get(PAGE).content.decode()


def test_a_search_is_kept_for_whom_it_met_and_never_in_clear(amina: Citizen, karim: Citizen, omar: User, now) -> None:
    record_search("9902103456", [amina, karim], viewer=omar, within_reach={amina.pk}, at=now)
    record_search("1234567890", [], viewer=omar, within_reach=set(), at=now)
    rows = list(IdentityView.objects.order_by("pk").values_list("citizen", "in_reach", "searched"))
    assert rows == [
        (amina.pk, True, lookup("9902103456", purpose="searched")),
        (karim.pk, False, lookup("9902103456", purpose="searched")),
        (None, True, lookup("1234567890", purpose="searched")),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_identityview AS row WHERE row::text LIKE '%9902103456%'")
        assert cursor.fetchone()[0] == 0
