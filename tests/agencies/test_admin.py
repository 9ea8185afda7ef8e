"""The admin of reference data: edited rows are people's, unverified ones stand out, shipped ones are never deleted."""

from datetime import date, time
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from agencies import reference_data
from agencies.admin import ReferenceAdmin
from agencies.models import (
    Agency,
    AnswerPhrase,
    CalendarChange,
    City,
    DangerSign,
    Directorate,
    Holiday,
    HolidayStatus,
    RoutingRule,
    Topic,
    TopicPhrases,
    TopicQuestion,
    WordGroup,
    WorkingHours,
)
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


def typed(response) -> dict[str, object]:
    """Return what the form of a page would send back unchanged."""
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    entered = {name: "" if value is None else value for name, value in values.items() if value is not False}
    return entered | empty_inlines(response)


def empty_inlines(response) -> dict[str, object]:
    return {
        f"{inline.formset.prefix}-{name}": value
        for inline in response.context["inline_admin_formsets"]
        for name, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
    }


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


def test_a_new_row_of_every_table_can_be_begun(operator, loaded):
    for model in MODELS:
        assert operator.get(address(model, "add")).status_code == 200


def test_every_row_can_be_opened_and_saving_what_stands_there_leaves_it_to_the_file(operator, loaded):
    for model in MODELS:
        row: Any = model._default_manager.order_by("pk")[0]
        page = address(model, "change", row.pk)
        assert operator.post(page, typed(operator.get(page))).status_code == 302
        row.refresh_from_db()
        assert row.edited_at is None


def test_what_a_person_changes_is_theirs_from_then_on(operator, loaded):
    gam = Agency.objects.get(code="gam")
    page = address(Agency, "change", gam.pk)
    before = timezone.now()
    response = operator.post(page, typed(operator.get(page)) | {"short_name_ar": "الأمانة", "unverified": ""})
    assert response.status_code == 302
    gam.refresh_from_db()
    assert gam.short_name_ar == "الأمانة"
    assert gam.edited_at is not None
    assert gam.edited_at >= before
    reference_data.load(at=timezone.now())
    gam.refresh_from_db()
    assert gam.short_name_ar == "الأمانة"


def test_rows_can_be_given_back_to_the_files(operator, loaded):
    Agency.objects.filter(code__in=["gam", "ssc"]).update(name_en="Mine", edited_at=timezone.now())
    gam = Agency.objects.get(code="gam")
    operator.post(address(Agency, "changelist"), {"action": "return_to_files", "_selected_action": [gam.pk]})
    reference_data.load(at=timezone.now())
    assert dict(Agency.objects.filter(code__in=["gam", "ssc"]).values_list("code", "name_en")) == {
        "gam": "Greater Amman Municipality",
        "ssc": "Mine",
    }


def test_a_new_row_is_a_persons(operator, loaded):
    day = {"on": "2026-02-01", "name_ar": "عطلة ثلج", "name_en": "Snow", "audience": "all", "status": "confirmed"}
    assert operator.post(address(Holiday, "add"), day).status_code == 302
    snow = Holiday.objects.get(on=date(2026, 2, 1))
    assert (str(snow.code)[:2], snow.edited_at is not None) == ("u-", True)


def test_nothing_can_be_deleted(operator, loaded):
    eid = Holiday.objects.get(code="2026-eid-al-fitr-1")
    snow = Holiday.objects.create(on=date(2026, 2, 1), name_ar="عطلة ثلج", name_en="Snow")
    for day in (eid, snow):
        assert operator.post(address(Holiday, "delete", day.pk), {"post": "yes"}).status_code == 403
    operator.post(
        address(Holiday, "changelist"), {"action": "delete_selected", "_selected_action": [eid.pk], "post": "yes"}
    )
    assert Holiday.objects.filter(pk__in=[eid.pk, snow.pk]).count() == 2


def test_the_code_of_a_stored_row_is_fixed(operator, loaded):
    gam = Agency.objects.get(code="gam")
    page = address(Agency, "change", gam.pk)
    operator.post(page, typed(operator.get(page)) | {"code": "other", "name_en": "Amman"})
    gam.refresh_from_db()
    assert (gam.code, gam.name_en) == ("gam", "Amman")


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


def test_days_are_confirmed_and_called_off_by_the_list(operator, loaded):
    arafah, hijri = Holiday.objects.get(code="2026-arafah"), Holiday.objects.get(code="2026-hijri-new-year")
    operator.post(address(Holiday, "changelist"), {"action": "confirm", "_selected_action": [arafah.pk]})
    operator.post(address(Holiday, "changelist"), {"action": "call_off", "_selected_action": [hijri.pk]})
    arafah.refresh_from_db()
    hijri.refresh_from_db()
    assert (arafah.status, arafah.unverified) == (HolidayStatus.CONFIRMED, "")
    assert hijri.status == HolidayStatus.CALLED_OFF
    assert None not in {arafah.edited_at, hijri.edited_at}
    assert Holiday.objects.filter(edited_at=None).count() == 62


def test_a_mistake_in_hours_is_said_beside_the_field(operator, loaded):
    page = address(WorkingHours, "add")
    hours = {"period": "normal", "starts_on": "2027-02-01", "opens": "08:00", "closes": "15:00"}
    response = operator.post(page, hours | {"ends_on": "2027-01-01"})
    assert set(response.context["adminform"].form.errors) == {"ends_on"}
    response = operator.post(page, hours)
    assert len(response.context["adminform"].form.non_field_errors()) == 1
    assert WorkingHours.objects.filter(period="normal").get().opens == time(8, 30)


def test_a_topic_offers_groups_alone_as_its_group_and_boxes_for_its_lists(operator, loaded):
    page = operator.get(address(Topic, "add"))
    form = page.context["adminform"].form
    assert set(form.fields["parent"].queryset) == set(Topic.objects.filter(parent=None))
    assert [value for value, _ in form.fields["kinds"].choices] == ["complaint", "suggestion", "inquiry", "praise"]
    new = {
        "code": "svc-parking", "name_ar": "المواقف", "name_en": "Parking", "parent": Topic.objects.get(code="svc").pk,
        "position": "5", "kinds": ["complaint", "inquiry"], "priority": "low", "limit_days": "10", "is_active": "on",
    }  # fmt: skip
    assert operator.post(address(Topic, "add"), new | empty_inlines(page)).status_code == 302
    parking = Topic.objects.get(code="svc-parking")
    assert (parking.kinds, parking.agency_kinds, parking.sectors) == (["complaint", "inquiry"], [], [])


def test_for_an_officer_there_is_no_admin(client, omar):
    sign_in(client, omar)
    assert {client.get(address(model, "changelist")).status_code for model in MODELS} == {404}


def test_all_reference_data_but_the_lexicons_is_in_the_admin():
    assert {model for model in admin.site._registry if model._meta.app_label == "agencies"} == set(MODELS)


def test_every_change_of_the_calendar_requests_a_recalculation_in_its_own_transaction(operator):
    day = {"on": "2026-02-01", "name_ar": "عطلة ثلج", "name_en": "Snow", "audience": "all", "status": "confirmed"}
    changes = CalendarChange.objects.filter(position=0, finished_at=None)
    operator.post(address(Holiday, "add"), day)
    assert changes.count() == 1
    snow = Holiday.objects.get()
    operator.post(address(Holiday, "changelist"), {"action": "call_off", "_selected_action": [snow.pk]})
    operator.post(address(Holiday, "changelist"), {"action": "confirm", "_selected_action": [snow.pk]})
    assert changes.count() == 3


# ---- the questions of a topic ----


def test_a_topic_shows_its_questions(operator, loaded):
    page = operator.get(address(Topic, "change", Topic.objects.get(code="water-bill").pk)).content.decode()
    assert all(text in page for text in ["رقم الاشتراك", "شهر الفاتورة أو دورتها", "قراءة العداد اليوم"])


def test_the_answers_offered_are_entered_one_a_line(operator, loaded):
    new = {
        "code": "water-leak-where", "topic": Topic.objects.get(code="water-leak").pk, "position": "30",
        "kind": "choice", "name_ar": "مكان التسرب", "name_en": "Where it leaks",
        "options_ar": "شارع\r\nرصيف", "options_en": "Street\nPavement",
        "kinds": ["complaint"], "is_active": "on",
    }  # fmt: skip
    assert operator.post(address(TopicQuestion, "add"), new).status_code == 302
    question = TopicQuestion.objects.get(code="water-leak-where")
    assert (question.options_ar, question.options_en) == (["شارع", "رصيف"], ["Street", "Pavement"])
    assert question.edited_at is not None


def test_a_question_with_the_wrong_answers_is_refused_with_an_error(operator, loaded):
    question = TopicQuestion.objects.get(code="water-leak-much")
    page = address(TopicQuestion, "change", question.pk)
    stored = typed(operator.get(page))
    for kind, arabic, english in (
        ("choice", "", ""),
        ("choice", "شارع", "Street"),
        ("choice", "شارع\nرصيف", "Street"),
        ("choice", "شارع\nشارع", "Street\nPavement"),
        ("choice", "شارع\nرصيف", "Street\nStreet"),
        ("line", "شارع\nرصيف", "Street\nPavement"),
        ("date", "شارع\nرصيف", ""),
    ):
        response = operator.post(page, stored | {"kind": kind, "options_ar": arabic, "options_en": english})
        question.refresh_from_db()
        assert (response.status_code, question.kind, len(question.options_ar)) == (200, "choice", 3), (kind, arabic)
