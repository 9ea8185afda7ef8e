from datetime import date

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from notifications import outbox
from notifications.models import Channel, Message
from tests.cast import make_staff, sign_in


@pytest.fixture
def operator(cmu) -> User:
    return make_staff("operator@cmu.example", "مدير النظام", "Operator", "", cmu, Role.OPERATOR)


def account(**fields: str) -> dict[str, str]:
    return {
        "email": "New@Miyahuna.example",
        "name_ar": "ضابط جديد",
        "name_en": "New officer",
        "phone": "0790100009",
        "language": "ar",
        "is_active": "on",
        "new_password": "",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        "absences-TOTAL_FORMS": "0",
        "absences-INITIAL_FORMS": "0",
    } | fields


def test_the_admin_knows_staff_accounts_and_reference_data_only():
    ours = {model._meta.label for model in admin.site._registry if model._meta.app_label != "agencies"}
    assert ours == {"accounts.User"}


def test_an_operator_makes_an_officer_who_can_sign_in(client, operator, water):
    form = account(
        new_password="copper-violet-train",
        **{
            "memberships-TOTAL_FORMS": "1",
            "memberships-0-agency": str(water.pk),
            "memberships-0-role": "officer",
            "memberships-0-starts_on": "2026-01-01",
        },
    )
    assert sign_in(client, operator).post(reverse("admin:accounts_user_add"), form).status_code == 302
    made = User.objects.get(email="new@miyahuna.example")
    assert (made.login, made.is_staff, made.phone) == ("new@miyahuna.example", True, "+962790100009")
    assert made.check_password("copper-violet-train") is True
    membership = Membership.objects.get(user=made)
    assert (membership.agency, membership.role, membership.starts_on) == (water, Role.OFFICER, date(2026, 1, 1))


def test_an_account_without_a_password_cannot_be_signed_in_to(client, operator):
    sign_in(client, operator).post(reverse("admin:accounts_user_add"), account())
    assert User.objects.get(email="new@miyahuna.example").has_usable_password() is False


def test_a_short_password_and_a_taken_address_are_refused(client, operator, omar):
    form = account(email=omar.email.upper(), new_password="short")
    answer = sign_in(client, operator).post(reverse("admin:accounts_user_add"), form)
    assert set(answer.context["adminform"].errors) == {"email", "new_password"}
    assert User.objects.filter(is_staff=True).count() == 2


def test_an_operator_sees_neither_citizens_nor_superusers(client, operator, amina):
    boss = User.objects.create_superuser("boss@cmu.example", "copper-violet-train")
    sign_in(client, operator)
    for hidden in (amina.user, boss):
        answer = client.get(reverse("admin:accounts_user_change", args=[hidden.pk]))
        assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
    assert client.get(reverse("admin:accounts_user_change", args=[operator.pk])).status_code == 200


def test_nobody_is_deleted(client, operator, omar):
    assert sign_in(client, operator).post(reverse("admin:accounts_user_delete", args=[omar.pk])).status_code == 403
    assert User.objects.filter(pk=omar.pk).exists()


def test_for_other_staff_and_citizens_there_is_no_admin_and_visitors_see_the_staff_door(client, amina, omar, lina):
    url = reverse("admin:index")
    assert client.get(url, follow=True).redirect_chain[-1] == (f"/ar/staff/sign-in/?next={url}", 302)
    for person in (amina, omar, lina):
        assert sign_in(client, person).get(url).status_code == 404


def test_the_admin_has_no_door_of_its_own(client, db):
    assert client.get(reverse("admin:login"))["Location"] == "/ar/staff/sign-in/?next="


def test_what_waits_for_a_member_of_staff_goes_to_the_new_addresses(client, operator, omar, nadia):
    for person in (omar, nadia):
        notices = [
            outbox.Notice(
                template="operator_alarm",
                channel=channel,
                recipient=f"user:{person.pk}",
                address=address,
                language="ar",
                context={"alarm": "x", "date": "4/1/2026"},
            )
            for channel, address in ((Channel.SMS, person.phone), (Channel.EMAIL, person.email))
        ]
        with transaction.atomic():
            outbox.owe(notices, occasion="alarm:1", at=timezone.now())
    form = account(email="Omar.Smadi@miyahuna.example", phone="0790100099")
    answer = sign_in(client, operator).post(reverse("admin:accounts_user_change", args=[omar.pk]), form)
    assert answer.status_code == 302
    assert sorted((row.channel, row.address) for row in Message.objects.all()) == [
        ("email", "nadia@miyahuna.example"),
        ("email", "omar.smadi@miyahuna.example"),
        ("sms", "+962790100002"),
        ("sms", "+962790100099"),
    ]


def membership(agency, role: str, **more: str) -> dict[str, str]:
    row = {"agency": str(agency.pk), "role": role, "starts_on": "2026-01-01", **more}
    return account(
        **{"memberships-TOTAL_FORMS": "1", **{f"memberships-0-{name}": value for name, value in row.items()}}
    )


def test_an_operator_makes_a_member_of_a_directorate(client, operator, network):
    form = membership(network.agency, "directorate_member", directorate=str(network.pk))
    assert sign_in(client, operator).post(reverse("admin:accounts_user_add"), form).status_code == 302
    made = Membership.objects.get(user__email="new@miyahuna.example")
    assert (made.role, made.directorate) == (Role.DIRECTORATE_MEMBER, network)


@pytest.mark.parametrize(
    ("agency", "role", "chosen"), [("water", "directorate_member", ""), ("water", "officer", "network"),
                                   ("gam", "directorate_member", "network")],
)  # fmt: skip
def test_a_directorate_belongs_to_its_members_and_to_its_agency(
    client, operator, network, agency, role, chosen, request
):
    directorate = str(network.pk) if chosen else ""
    form = membership(request.getfixturevalue(agency), role, directorate=directorate)
    page = sign_in(client, operator).post(reverse("admin:accounts_user_add"), form)
    assert page.status_code == 200
    assert [list(one.errors) for one in page.context["inline_admin_formsets"][0].formset] == [["directorate"]]
    assert not User.objects.filter(email="new@miyahuna.example").exists()
