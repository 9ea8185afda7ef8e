import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts import decorators
from accounts.models import Membership, User
from accounts.models.people import mask_number
from accounts.roles import CMU
from accounts.sign_in.sessions import SessionStore


def request_of(user):
    request = RequestFactory().get("/ar/somewhere/")
    request.user = user
    request.session = SessionStore()
    return request


@decorators.staff_required(CMU)
def cmu_page(request):
    return HttpResponse("CMU")


@decorators.citizen_required
def own_page(request):
    return HttpResponse(decorators.signed_in_citizen(request).full_name)


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


@pytest.mark.parametrize(
    ("number", "masked"), [("9902103456", "•••••••456"), ("A12345", "•••345"), ("A1234", "•••••"), ("", "")]
)
def test_a_number_shows_its_last_three_characters_unless_that_gives_it_away(number, masked):
    assert mask_number(number) == masked
