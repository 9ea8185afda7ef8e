import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts import guards, identity, phones
from accounts.models import IdentityView, Membership, User
from accounts.models.people import mask_number
from accounts.roles import CMU


def request_of(user):
    request = RequestFactory().get("/ar/somewhere/")
    request.user = user
    return request


@guards.staff_required(CMU)
def cmu_page(request):
    return HttpResponse("CMU")


@guards.citizen_required
def own_page(request):
    return HttpResponse(guards.citizen_of(request).full_name)


def test_a_staff_page_opens_for_its_roles_and_is_missing_for_everybody_else(amina, omar, lina, yusuf):
    Membership.objects.filter(user=yusuf).delete()
    assert cmu_page(request_of(lina)).content == b"CMU"
    for stranger in (omar, yusuf, amina.user):
        with pytest.raises(Http404):
            cmu_page(request_of(stranger))


def test_a_membership_that_ended_yesterday_opens_nothing(lina):
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    Membership.objects.filter(user=lina).update(ends_on=yesterday)
    with pytest.raises(Http404):
        cmu_page(request_of(User.objects.get(pk=lina.pk)))


def test_a_citizens_page_opens_for_citizens_and_sends_staff_to_the_desk(amina, omar):
    assert own_page(request_of(amina.user)).content.decode() == "أمينة سامي عادل الخطيب"
    assert own_page(request_of(omar))["Location"] == "/ar/staff/"


def test_a_user_who_is_neither_finds_nothing(db):
    nobody = User.objects.create_citizen(language="ar", password_hash="")
    with pytest.raises(Http404):
        own_page(request_of(nobody))


def test_a_guarded_page_is_not_for_visitors(client, db):
    assert getattr(own_page, "login_required", True) is True
    assert getattr(cmu_page, "login_required", True) is True
    assert AnonymousUser().is_authenticated is False


# ---- looking at an identity ----


def test_what_is_revealed_is_written_down(amina, omar, now):
    shown = identity.reveal(
        amina, viewer=omar, reference="2600000017", fields=["phone", "number"], reason="to call back", at=now
    )
    assert shown == {"phone": "079 000 1234", "number": "9902103456"}
    look = IdentityView.objects.get()
    assert (look.viewer, look.citizen, look.reference) == (omar, amina, "2600000017")
    assert (look.fields, look.reason, look.at) == (["number", "phone"], "to call back", now)


def test_every_part_can_be_revealed_and_nothing_else(amina, lina, now):
    shown = identity.reveal(amina, viewer=lina, reference="", fields=identity.FIELDS, reason="audit", at=now)
    assert shown == {
        "number": "9902103456",
        "birth_date": "1990-03-27",
        "phone": "079 000 1234",
        "address": "الجبيهة، شارع 12، بناية 7",
        "email": "amina@home.example",
    }
    with pytest.raises(KeyError):
        identity.reveal(amina, viewer=lina, reference="", fields=["password"], reason="audit", at=now)
    assert IdentityView.objects.count() == 1


def test_a_look_is_neither_changed_nor_deleted(amina, omar, now):
    from django.db import IntegrityError, transaction

    identity.reveal(amina, viewer=omar, reference="", fields=["phone"], reason="to call back", at=now)
    for act in (lambda: IdentityView.objects.update(reason="none"), lambda: IdentityView.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert IdentityView.objects.get().reason == "to call back"


@pytest.mark.parametrize(
    ("number", "masked"), [("9902103456", "•••••••456"), ("A12345", "•••345"), ("A1234", "•••••"), ("", "")]
)
def test_a_number_shows_its_last_three_characters_unless_that_gives_it_away(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("phone", "shown", "masked"),
    [
        ("+962790001234", "079 000 1234", "079 ••• ••34"),
        ("+201001234567", "+201001234567", "+20••••••••67"),
        ("", "", ""),
    ],
)
def test_a_telephone_is_shown_as_jordanians_read_it(phone, shown, masked):
    assert (phones.show(phone), phones.mask(phone)) == (shown, masked)
