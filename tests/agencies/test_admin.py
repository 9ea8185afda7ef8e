"""The admin of reference data: operators read, filter and search every row, and change none."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from agencies import reference_data
from agencies.admin import ReferenceAdmin
from agencies.models import (
    Agency,
    AnswerPhrase,
    ChangeKind,
    City,
    DangerSign,
    Directorate,
    ReferenceChange,
    RoutingRule,
    Topic,
    TopicPhrases,
    WordGroup,
)
from agencies.reference_changes import snapshot
from tests.cast import give_role, sign_in

pytestmark = pytest.mark.django_db
#: The lexicons are kept on the pages of the unit alone.
LEXICONS = {AnswerPhrase, DangerSign, TopicPhrases, WordGroup}
MODELS = tuple(model for model in reference_data.FILES.values() if model not in LEXICONS)


@pytest.fixture
def operator(client):
    user = User.objects.create_staff(email="ops@cmu.example")
    give_role(user, None, Role.OPERATOR)
    return sign_in(client, user)


def address(model, page: str, *args: int) -> str:
    return reverse(f"admin:agencies_{model._meta.model_name}_{page}", args=args)


def shown(response) -> list[Any]:
    return list(response.context["cl"].result_list)


def test_every_list_opens_with_every_filter_and_search(operator, loaded, monkeypatch):
    monkeypatch.setattr(ReferenceAdmin, "list_per_page", 9)
    for model in MODELS:
        for query in ("verified=no", "verified=yes&kept=files", "kept=people&q=الماء"):
            assert operator.get(f"{address(model, 'changelist')}?{query}").status_code == 200


def test_no_list_asks_row_by_row(operator, loaded, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(ReferenceAdmin, "list_per_page", 30)
    for model in MODELS:
        with django_assert_max_num_queries(16):
            assert operator.get(address(model, "changelist")).status_code == 200


def test_every_row_can_be_read_and_nothing_changed(operator, loaded):
    for model in MODELS:
        row: Any = model._default_manager.order_by("pk")[0]
        page = operator.get(address(model, "change", row.pk))
        assert (page.status_code, page.context["has_change_permission"]) == (200, False)
        forged = [address(model, "change", row.pk), address(model, "add"), address(model, "delete", row.pk)]
        assert [operator.post(url, {"name_en": "Forged", "post": "yes"}).status_code for url in forged] == [403] * 3
        for action in ("delete_selected", "return_to_files"):
            said = {"action": action, "_selected_action": [row.pk], "post": "yes"}
            operator.post(address(model, "changelist"), said)
        before = snapshot(row)
        row.refresh_from_db()
        assert (snapshot(row), row.edited_at) == (before, None)
    assert ReferenceChange.objects.exclude(kind=ChangeKind.LOADED).count() == 0


SEARCHES = [
    (Agency, "مياة اليرموك", ["ywc"]),
    (Agency, "passports", ["cspd"]),
    (Topic, "انقطاع المياة", ["water-outage"]),
    (Topic, "bribery", ["integrity-bribe"]),
    (City, "وادى موسي", ["jo-mn-town-wadi-musa"]),
    (Directorate, "شركة مياه الاردن العدادات", ["miyahuna-billing"]),
    (RoutingRule, "النظافه الرصيفه", ["muni-jo-az-rusaifa"]),
]


def test_the_search_box_finds_any_spelling(operator, loaded):
    for model, words, found in SEARCHES:
        response = operator.get(address(model, "changelist"), {"q": words})
        assert [row.code for row in shown(response)] == found


def test_the_filter_shows_what_is_to_be_verified(operator, loaded):
    response = operator.get(address(Agency, "changelist"), {"verified": "no"})
    rows = shown(response)
    assert Agency.objects.get(code="moc") in rows
    assert Agency.objects.get(code="moh") not in rows
    assert response.context["cl"].result_count == Agency.objects.exclude(unverified="").count()


def test_for_an_officer_there_is_no_admin(client, omar):
    sign_in(client, omar)
    assert {client.get(address(model, "changelist")).status_code for model in MODELS} == {404}


def test_all_reference_data_but_the_lexicons_is_in_the_admin():
    assert {model for model in admin.site._registry if model._meta.app_label == "agencies"} == set(MODELS)


def test_a_topic_shows_its_questions(operator, loaded):
    page = operator.get(address(Topic, "change", Topic.objects.get(code="water-bill").pk)).content.decode()
    assert all(text in page for text in ["رقم الاشتراك", "شهر الفاتورة أو دورتها", "قراءة العداد اليوم"])
