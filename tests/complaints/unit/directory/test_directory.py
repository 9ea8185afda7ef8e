"""The reference data of the unit: listed, added, changed from a day on, ended, and who changed what."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from accounts import policy
from accounts.models import Citizen, User
from accounts.roles import Role
from agencies import reference_changes
from agencies.models import (
    Agency,
    CalendarChange,
    City,
    Governorate,
    Holiday,
    OutsideCentre,
    ReferenceChange,
    RoutingRule,
    Topic,
    TopicQuestion,
)
from agencies.reference_changes import Author
from agencies.routing import owner_for
from complaints.escalation import recalculation
from complaints.filing.forms import area_options
from complaints.unit.directory import TABLES
from tests.cast import make_agency, make_staff
from tests.complaints.pages import Desk, statements_of


def page(name: str, *args: object) -> str:
    return reverse(f"directory-{name}", args=args)


def typed(row: Agency, **more: object) -> dict[str, object]:
    """Return what the form of an agency sends when nothing was changed but ``more``."""
    newest = reference_changes.of_row(row).values_list("pk", flat=True).first() or 0
    names = ("name_ar", "name_en", "short_name_ar", "short_name_en", "kind", "sector", "services_ar", "aliases_ar")
    said = {name: getattr(row, name) for name in names}
    return {**said, "parent": row.parent_id or "", "is_complainable": "on", "notes": "", "seen": newest, **more}


def test_every_list_and_form_opens_and_ten_rows_cost_what_one_does(desk: Desk, hala: User, water: Agency) -> None:
    client = desk(hala)
    assert client.get(reverse("directory")).status_code == 200
    for slug in TABLES:
        for name in ("rows", "add", "import"):
            answer = client.get(page(name, slug))
            assert (answer.status_code, b"Select an option" in answer.content) == (200, False), (slug, name)
    one = statements_of(client, page("rows", "agencies"))
    for number in range(9):
        make_agency(f"a{number}", f"جهة {number}", f"Agency {number}", parent=water)
    assert statements_of(client, page("rows", "agencies")) == one
    found = client.get(page("rows", "agencies"), {"q": "جهه 7"}).context["rows"]
    assert [row.code for row, _cells in found] == ["a7"]


def test_nobody_but_the_head_of_the_unit_finds_the_pages(desk: Desk, water: Agency, bare_404: None) -> None:
    urls = [reverse("directory"), reverse("successions"), reverse("succession-plan"), page("rows", "agencies")]
    urls += [page("change", "agencies", water.pk), page("export", "agencies"), page("import", "agencies")]
    change, found = page("change", "agencies", water.pk), []
    for place, role in enumerate(sorted(set(Role) - {Role.CMU_HEAD})):
        client = desk(make_staff(f"{role}@x.example", "رنا", "Rana", f"+9627901001{place:02}", water, role))
        # Every page to who is nearest to the head; the matrix of people and addresses asks for each as everybody.
        asked = urls if role == Role.CMU_STAFF else urls[:1]
        answers = {url: client.get(url).status_code for url in asked}
        answers["post"] = client.post(change, typed(water, name_en="Mine")).status_code
        found += [(role, url, status) for url, status in answers.items() if status != 404]
    assert found == []
    assert ReferenceChange.objects.count() == 0


def test_a_table_or_a_row_that_does_not_exist_is_not_found(desk: Desk, hala: User) -> None:
    client = desk(hala)
    urls = [page("rows", "people"), page("row", "agencies", 999_999), page("end", "agencies", 999_999)]
    assert [client.get(url).status_code for url in urls] == [404] * 3


def test_a_renamed_agency_is_found_by_its_old_name_and_the_page_says_who_changed_it(
    desk: Desk, hala: User, water: Agency, now: datetime
) -> None:
    answer = desk(hala).post(page("change", "agencies", water.pk), typed(water, name_ar="شركة الينابيع"))
    water.refresh_from_db()
    assert (answer.status_code, water.name_ar) == (302, "شركة الينابيع")
    assert list(Agency.objects.matching("مياه الاردن")) == [water]
    (change,) = reference_changes.of_row(water)
    assert (change.made_by, change.made_at, change.kind) == (hala.pk, now, "changed")
    assert change.before["name_ar"] == "شركة مياه الأردن"
    html = desk(hala).get(page("row", "agencies", water.pk)).content.decode()
    assert "Hala Qawar" in html
    assert "شركة مياه الأردن" in html


def test_a_change_for_a_later_day_takes_effect_on_that_day_and_not_before(
    desk: Desk, hala: User, leak: Topic, now: datetime
) -> None:
    client = desk(hala)
    said: dict[str, object] = {
        "parent": leak.parent_id,
        "name_ar": leak.name_ar,
        "name_en": leak.name_en,
        "position": 0,
        "limit_days": 3,
    }
    said |= {"kinds": ["complaint"], "priority": "high", "seen": 0, "effective_on": "7/1/2026"}
    assert client.post(page("change", "topics", leak.pk), said).status_code == 302
    leak.refresh_from_db()
    assert leak.limit_days == 5
    assert "3" in client.get(page("row", "topics", leak.pk)).content.decode()
    assert recalculation.apply_due(at=now + timedelta(days=2)) == 0
    assert recalculation.apply_due(at=now + timedelta(days=3)) == 1
    assert recalculation.apply_due(at=now + timedelta(days=3)) == 0
    leak.refresh_from_db()
    assert (leak.limit_days, leak.kinds) == (3, ["complaint"])


def test_a_planned_change_can_be_given_up(desk: Desk, hala: User, water: Agency, now: datetime) -> None:
    author = Author(hala.pk, now)
    change = reference_changes.change(water, {"name_en": "Springs"}, author=author, on=date(2026, 2, 1))
    assert change is not None
    url = page("drop", "agencies", water.pk, change.pk)
    assert [desk(hala).get(url).status_code, desk(hala).post(url).status_code] == [405, 302]
    assert recalculation.apply_due(at=now + timedelta(days=60)) == 0
    water.refresh_from_db()
    assert water.name_en == "Jordan Water Company"


def test_days_that_are_over_or_no_days_are_said_beside_the_box(desk: Desk, hala: User, water: Agency) -> None:
    client, url = desk(hala), page("change", "agencies", water.pk)
    for typed_day in ("1/1/2026", "soon", "1/1/2031"):
        answer = client.post(url, typed(water, name_en="Springs", effective_on=typed_day))
        assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["effective_on"]), typed_day
        assert "Springs" in answer.content.decode()
    for typed_day, name in (("", "Springs"), ("4/1/2026", "Wells")):
        assert client.post(url, typed(water, name_en=name, effective_on=typed_day)).status_code == 302, typed_day
        water.refresh_from_db()
        assert water.name_en == name


def test_an_agency_cannot_stand_below_itself_and_what_was_typed_stays(
    desk: Desk, hala: User, water: Agency, gam: Agency
) -> None:
    Agency.objects.filter(pk=gam.pk).update(parent=water)
    answer = desk(hala).post(page("change", "agencies", water.pk), typed(water, parent=gam.pk, notes="ملاحظة"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["parent"])
    assert "ملاحظة" in answer.content.decode()
    formula = desk(hala).post(page("change", "agencies", water.pk), typed(water, name_en="=1+1"))
    assert list(formula.context["form"].errors) == ["name_en"]


def test_whoever_was_overtaken_keeps_what_was_typed(desk: Desk, hala: User, water: Agency, now: datetime) -> None:
    said = typed(water, name_en="Mine")
    reference_changes.change(water, {"name_en": "Theirs"}, author=Author(None, now))
    answer = desk(hala).post(page("change", "agencies", water.pk), said)
    water.refresh_from_db()
    assert (answer.status_code, water.name_en) == (409, "Theirs")
    assert "Mine" in answer.content.decode()


def test_rows_are_added_and_ended_and_nothing_is_deleted(desk: Desk, hala: User, water: Agency, leak: Topic) -> None:
    client = desk(hala)
    day = {"on": "1/2/2026", "name_ar": "عطلة ثلج", "name_en": "Snow", "audience": "all", "status": "confirmed"}
    assert client.post(page("add", "holidays"), day).status_code == 302
    assert client.post(page("add", "holidays"), day).status_code == 200
    question = {"topic": leak.pk, "name_ar": "رقم العداد", "name_en": "Meter", "position": 1, "kind": "line"}
    assert client.post(page("add", "questions"), question).status_code == 302
    centre = {"name_ar": "مركز", "name_en": "Centre", "phone": "117116"}
    assert client.post(page("add", "centres"), centre).status_code == 302
    snow, asked, centre_row = Holiday.objects.get(), TopicQuestion.objects.get(), OutsideCentre.objects.get()
    assert client.post(page("end", "holidays", snow.pk)).status_code == 302
    assert client.post(page("end", "questions", asked.pk), {"on": "4/1/2026"}).status_code == 302
    assert client.post(page("end", "centres", centre_row.pk), {"on": "9/1/2026"}).status_code == 302
    assert client.post(page("end", "agencies", water.pk), {"on": "1/1/2026"}).status_code == 200
    assert client.post(page("end", "agencies", water.pk), {"on": "31/1/2026"}).status_code == 302
    for row in (snow, asked, centre_row, water):
        row.refresh_from_db()
    assert (snow.status, asked.is_active, centre_row.is_active) == ("called_off", False, True)
    assert (water.ends_on, CalendarChange.objects.count()) == (date(2026, 1, 31), 2)
    assert client.get(page("end", "holidays", snow.pk)).status_code == 404


def test_a_tried_rule_replaces_another_from_a_day_on(
    desk: Desk, hala: User, leak: Topic, amman: Governorate, water: Agency, gam: Agency
) -> None:
    old = RoutingRule.objects.create(topic=leak, governorate=amman, agency=water)
    client = desk(hala)
    form = {"topic": leak.pk, "governorate": amman.pk, "agency": gam.pk, "replaces": old.pk, "starts_on": ""}
    assert list(client.post(page("add", "rules"), form).context["form"].errors) == ["starts_on"]
    assert client.get(page("add", "rules"), {**form, "topic": "x"}).status_code == 200
    assert client.post(page("add", "rules"), form | {"starts_on": "10/1/2026"}).status_code == 302
    owners = [owner_for(leak, amman, date(2026, 1, day)) for day in (9, 10)]
    assert owners == [water, gam]
    # The same work once more, without replacing anything, contradicts the rule.
    again = client.post(page("add", "rules"), form | {"starts_on": "12/1/2026", "replaces": ""})
    assert (again.status_code, RoutingRule.objects.count()) == (200, 2)


def test_changes_are_append_only(water: Agency, now: datetime) -> None:
    reference_changes.change(water, {"name_en": "Springs"}, author=Author(None, now))
    for forge in (
        lambda: ReferenceChange.objects.update(before={}),
        lambda: ReferenceChange.objects.update(applied_at=now + timedelta(days=1)),
        lambda: ReferenceChange.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forge()


def test_governorates_are_renamed_from_a_day_on_and_never_end(desk: Desk, hala: User, amman: Governorate) -> None:
    client = desk(hala)
    said = {"name_ar": "عمّان", "name_en": "Amman", "aliases": "", "sort_order": 1, "seen": 0, "code": "XX"}
    assert client.post(page("change", "governorates", amman.pk), said).status_code == 302
    before = amman.code
    amman.refresh_from_db()
    (change,) = reference_changes.of_row(amman)
    assert (amman.name_ar, amman.code, change.made_by, amman.edited_at) == ("عمّان", before, hala.pk, change.made_at)
    assert client.get(page("end", "governorates", amman.pk)).status_code == 404
    html = client.get(page("row", "governorates", amman.pk)).content.decode()
    assert page("end", "governorates", amman.pk) not in html
    assert not client.get(page("rows", "governorates"), {"view": "ended"}).context["rows"]


def test_a_place_is_added_and_ended_and_then_no_longer_offered(desk: Desk, hala: User, amman: Governorate) -> None:
    client = desk(hala)
    said = {"governorate": amman.pk, "level": "town", "name_ar": "الزهور", "name_en": "Zuhur"}
    assert client.post(page("add", "places"), said).status_code == 302
    place = City.objects.get(name_en="Zuhur")
    assert place.name in area_options()
    assert client.post(page("end", "places", place.pk), {"on": "4/1/2026"}).status_code == 302
    assert area_options() == ""
    listed = client.get(page("rows", "places"), {"view": "ended"}).context["rows"]
    assert [row.pk for row, _cells in listed] == [place.pk]


def test_rows_to_be_verified_are_listed_apart_and_verified_on_their_form(
    desk: Desk, hala: User, water: Agency, gam: Agency
) -> None:
    Agency.objects.filter(pk=gam.pk).update(unverified="رقم الهاتف")
    client = desk(hala)
    listed = client.get(page("rows", "agencies"), {"view": "unverified"}).context["rows"]
    assert [row.pk for row, _cells in listed] == [gam.pk]
    gam.refresh_from_db()
    assert client.post(page("change", "agencies", gam.pk), typed(gam, unverified="")).status_code == 302
    assert not client.get(page("rows", "agencies"), {"view": "unverified"}).context["rows"]


def test_a_row_follows_the_files_again_when_the_unit_says_so(
    desk: Desk, hala: User, water: Agency, now: datetime
) -> None:
    own = make_agency("u-1", "جهة", "Agency")
    Agency.objects.filter(pk__in=[water.pk, own.pk]).update(edited_at=now)
    client = desk(hala)
    url = page("follow", "agencies", water.pk)
    assert "Follow the project files again" in client.get(page("row", "agencies", water.pk)).content.decode()
    assert [client.get(url).status_code, client.post(url).status_code, client.post(url).status_code] == [405, 302, 302]
    assert client.post(page("follow", "agencies", own.pk)).status_code == 302
    assert dict(Agency.objects.filter(edited_at=None).values_list("pk", "code"))[water.pk] == water.code
    own.refresh_from_db()
    assert own.edited_at == now
    (change,) = ReferenceChange.objects.filter(kind="follows")
    assert (change.row, change.made_by, change.made_at) == (water.pk, hala.pk, now)


def test_a_topic_offers_groups_alone_as_its_group(desk: Desk, hala: User, leak: Topic) -> None:
    form = desk(hala).get(page("add", "topics")).context["form"]
    assert set(form.fields["parent"].queryset) == set(Topic.objects.filter(parent=None))


@pytest.mark.parametrize(
    ("kind", "arabic", "english"),
    [
        ("choice", "", ""),
        ("choice", "شارع", "Street"),
        ("choice", "شارع\nرصيف", "Street"),
        ("choice", "شارع\nشارع", "Street\nPavement"),
        ("choice", "شارع\nرصيف", "Street\nStreet"),
        ("line", "شارع\nرصيف", "Street\nPavement"),
        ("date", "شارع\nرصيف", ""),
    ],
)
def test_a_question_with_the_wrong_answers_is_refused_with_an_error(
    desk: Desk, hala: User, leak: Topic, kind: str, arabic: str, english: str
) -> None:
    client = desk(hala)
    said = {"topic": leak.pk, "name_ar": "مكان التسرب", "name_en": "Where", "position": 1, "kinds": ["complaint"]}
    right = said | {"kind": "choice", "options_ar": "شارع\r\nرصيف", "options_en": "Street\nPavement"}
    assert client.post(page("add", "questions"), right).status_code == 302
    asked = TopicQuestion.objects.get()
    assert (asked.options_ar, asked.options_en) == (["شارع", "رصيف"], ["Street", "Pavement"])
    wrong = said | {"kind": kind, "options_ar": arabic, "options_en": english, "seen": ""}
    newest = reference_changes.of_row(asked).values_list("pk", flat=True)[0]
    answer = client.post(page("change", "questions", asked.pk), wrong | {"seen": newest})
    asked.refresh_from_db()
    assert (answer.status_code, asked.kind, len(asked.options_ar)) == (200, "choice", 2)


def test_a_mistake_in_hours_is_said_beside_the_field(desk: Desk, hala: User) -> None:
    hours = {"period": "normal", "starts_on": "1/2/2027", "opens": "08:00", "closes": "15:00", "ends_on": "1/1/2027"}
    answer = desk(hala).post(page("add", "hours"), hours)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["ends_on"])


def test_the_versions_of_the_usage_policy_say_how_many_accepted_each(
    desk: Desk, hala: User, amina: Citizen, now: datetime
) -> None:
    policy.accept(amina, policy.POLICY_VERSION, language="ar", at=now)
    answer = desk(hala).get(reverse("directory-policies"))
    (shown,) = answer.context["versions"]
    assert (shown.version, shown.is_in_force, shown.accepted, shown.first_on) == (
        *(policy.POLICY_VERSION, True, 1),
        now.date(),
    )
    assert "Accepted by" in answer.content.decode()


def test_every_label_begins_like_a_sentence() -> None:
    with override("en"):
        labels = {str(known.label) for table in TABLES.values() for known in table.form.base_fields.values()}
    assert len(labels) > 40
    assert {label for label in labels if label[:1].islower()} == set()
