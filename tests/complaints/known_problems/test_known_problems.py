"""Known problems: shown while somebody files, joined instead, counted, ended, and everybody told once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, City, Governorate, KnownProblem, ReferenceChange, Topic
from complaints.actions import links as actions
from complaints.case_text import links
from complaints.escalation import expiry
from complaints.models import Case, Draft, ProblemJoin
from complaints.retention.erasing import erase_person
from notifications.models import Message
from tests.cast import make_citizen, sign_in
from tests.complaints.cases import MakeDraft
from tests.complaints.pages import Clock, Desk, statements_of
from tests.prepared_rows import prepared

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
@prepared
def burst(water: Agency, leak: Topic, amman: Governorate, now: datetime) -> KnownProblem:
    return make_problem(water, leak, amman, now)


def make_problem(agency: Agency | None, topic: Topic, governorate: Governorate | None, now: datetime, **more: object):
    values = {
        "text_ar": "انكسر خط رئيسي في الجبيهة، والعمل جارٍ على إصلاحه.",
        "text_en": "A main pipe in Jubaiha burst and is being repaired.",
        "starts_at": now - DAY,
        "ends_at": now + DAY,
        "published_at": now - DAY,
        "changed_at": now - DAY,
    }
    return KnownProblem.objects.create(agency=agency, topic=topic, governorate=governorate, **(values | more))


def test_a_problem_is_joined_instead_of_filed_and_its_end_is_told_each_the_own_way(
    amina: Citizen,
    karim: Citizen,
    nadia: User,
    burst: KnownProblem,
    make_draft: MakeDraft,
    clock: Clock,
    now: datetime,
) -> None:
    draft = make_draft(topic=burst.topic, governorate=burst.governorate)
    Citizen.objects.filter(pk=amina.pk).update(notify_by="email", language="en")
    amina.refresh_from_db()
    browser = sign_in(Client(), amina)
    for step in ("new-what", "new-agency", "new-check"):
        page = browser.get(reverse(step, args=["complaint"]), {"draft": str(draft.pk)})
        assert burst.text_ar in page.content.decode(), step
    pressed = {"problem": burst.pk, "draft": str(draft.pk)}
    assert browser.post(reverse("known-problem-join"), pressed).url == reverse("known-problem", args=[burst.pk])
    browser.post(reverse("known-problem-join"), pressed)
    assert (ProblemJoin.objects.get().citizen, Case.objects.count(), Draft.objects.count()) == (amina, 0, 0)
    actions.join(burst.pk, citizen=karim, by=karim.user, at=now)
    assert expiry.sweep(at=now) == 0
    actions.end(burst.pk, by=nadia, at=now)
    assert (expiry.sweep(at=now), expiry.sweep(at=now)) == (2, 0)
    told = {message.recipient: message for message in Message.objects.filter(template="problem_over")}
    to_amina, to_karim = told[f"citizen:{amina.pk}"], told[f"citizen:{karim.pk}"]
    assert (len(told), to_amina.channel, to_amina.language) == (2, "email", "en")
    assert (to_karim.channel, to_karim.language) == ("sms", "ar")
    assert f"/en/problems/{burst.pk}/" in str(to_amina.body)
    assert str(to_karim.body).startswith("مياهنا: انتهت المشكلة المعروفة.")
    assert browser.get(reverse("known-problem", args=[burst.pk])).context["is_over"] is True


def test_only_problems_of_the_topic_the_place_and_the_moment_are_offered(
    burst: KnownProblem, water_topic: Topic, amman: Governorate, irbid: Governorate, water: Agency, now: datetime
) -> None:
    jubaiha = City.objects.create(governorate=amman, level="gam_area", name_ar="الجبيهة", name_en="Jubaiha")
    near = make_problem(None, water_topic, burst.governorate, now, city=jubaiha, starts_at=now - DAY / 2)
    other = Topic.objects.create(code="roads", name_ar="طرق", name_en="Roads", kinds=["complaint"], limit_days=5)
    make_problem(water, other, None, now)
    make_problem(water, burst.topic, None, now, ends_at=now)
    make_problem(water, burst.topic, None, now, starts_at=now + timedelta(seconds=1))

    def found(**said: object) -> list[KnownProblem]:
        return [offer.problem for offer in links.offered_problems(at=now, **said)]

    about = {"topics": [burst.topic], "governorate": burst.governorate}
    assert found(**about) == [near, burst]
    assert found(**about, place="حي الجبيهة") == [near, burst]
    assert found(**about, place="صويلح") == [burst]
    assert found(topics=[burst.topic], governorate=irbid) == []
    assert found(topics=[burst.topic]) == [near, burst]
    assert (found(), len(found(agency=water))) == ([], 2)
    suggestion = Draft(kind="suggestion", topic=burst.topic, agency=water)
    assert links.offered_for(suggestion, at=now) == []

    # What a complaint leaves open is taken from the place that its words were understood to name.
    complaint = Draft(kind="complaint", topic=burst.topic)
    understood = [(amman, "صويلح", [burst]), (amman, "الجبيهة", [near, burst]), (irbid, "", [])]
    for governorate, area, problems in understood:
        offers = links.offered_for(complaint, at=now, governorate=governorate, area=area)
        assert [offer.problem for offer in offers] == problems, area


def test_few_are_not_counted_in_public_and_who_left_or_is_forgotten_is_not_told(
    burst: KnownProblem, omar: User, nadia: User, client: Client, desk: Desk, clock: Clock, now: datetime
) -> None:
    people = [make_citizen("سعاد", "علي", f"99021000{n:02}", f"+9627911000{n:02}") for n in range(5)]
    page = reverse("known-problem", args=[burst.pk])
    for number, citizen in enumerate(people):
        assert client.get(page).context["offer"].people == 0, number
        actions.join(burst.pk, citizen=citizen, by=citizen.user, at=now)
    assert client.get(page).context["offer"].people == 5
    assert desk(nadia).get(reverse("desk-known-problems")).context["open"][0].people == 5
    first = sign_in(Client(), people[0])
    first.post(reverse("known-problem-leave"), {"problem": burst.pk})
    assert client.get(page).context["offer"].people == 0
    with transaction.atomic():
        erase_person(Citizen.objects.get(pk=people[1].pk), at=now)
    assert expiry.sweep(at=now + 2 * DAY) == 3
    expiry.sweep(at=now + expiry.REMEMBERED + 3 * DAY)
    assert list(ProblemJoin.objects.values_list("citizen", flat=True)) == [None] * 4


def test_a_problem_that_ends_while_somebody_joins_keeps_the_draft_and_says_so(
    amina: Citizen, nadia: User, burst: KnownProblem, make_draft: MakeDraft, clock: Clock, now: datetime
) -> None:
    draft = make_draft(topic=burst.topic)
    browser = sign_in(Client(), amina)
    actions.end(burst.pk, by=nadia, at=now + timedelta(seconds=1))
    # The clock of this request is behind the one that ended the problem: what was first in the row counts.
    pressed = {"problem": burst.pk, "draft": str(draft.pk)}
    answer = browser.post(reverse("known-problem-join"), pressed, follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("new-check", args=["complaint"]))
    assert "سبق أن انتهت هذه المشكلة" in answer.content.decode()
    assert (Draft.objects.count(), ProblemJoin.objects.count()) == (1, 0)
    clock.pass_(seconds=2)
    bare = browser.post(reverse("known-problem-join"), {"problem": burst.pk}, follow=True)
    assert bare.context["is_over"] is True
    for typed in ("", "x", "-1", "9" * 30, str(burst.pk + 1)):
        assert browser.post(reverse("known-problem-join"), {"problem": typed}).status_code == 404, typed
    refused: list[Callable[[], object]] = [
        lambda: ProblemJoin.objects.create(problem=burst, citizen=amina, joined_at=now + DAY),
        lambda: KnownProblem.objects.filter(pk=burst.pk).update(ends_at=now + 9 * DAY, changed_at=now + DAY),
    ]
    for write in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_a_visitor_signs_in_and_joins_with_one_more_press(
    amina: Citizen, burst: KnownProblem, client: Client, clock: Clock
) -> None:
    client.post(reverse("new-what", args=["complaint"]), {"details": "ماء كثير في الشارع منذ الصباح أمام البيت"})
    draft = Draft.objects.get()
    led = client.post(reverse("known-problem-join"), {"problem": burst.pk, "draft": str(draft.pk)})
    page = client.get(led.url)
    assert (page.context["is_visitor"], page.context["here"]) == (True, led.url)
    assert led.url.endswith(f"?draft={draft.pk}")
    sign_in(client, amina)
    page = client.get(led.url)
    assert f'name="draft" value="{draft.pk}"' in page.content.decode()
    client.post(reverse("known-problem-join"), {"problem": burst.pk, "draft": str(draft.pk)})
    assert (ProblemJoin.objects.get().citizen, Draft.objects.count()) == (amina, 0)


@pytest.mark.django_db(transaction=True)
def test_of_an_end_and_a_press_at_once_each_who_joined_is_told(
    amina: Citizen, nadia: User, burst: KnownProblem, now: datetime
) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            actions.join(burst.pk, citizen=amina, by=amina.user, at=now)
            outcomes.append("joined")
        except actions.ProblemOver:
            outcomes.append("over")
        finally:
            connection.close()

    with transaction.atomic():
        actions.end(burst.pk, by=nadia, at=now)
        waiting = threading.Thread(target=press)
        waiting.start()
        waiting.join(0.3)
        assert outcomes == []
    waiting.join()
    assert (outcomes, ProblemJoin.objects.count()) == (["over"], 0)


# ---- the pages of staff ----


def typed(**more: object) -> dict[str, object]:
    said = {
        "topic": "water-leak",
        "area": "g:JO-AM",
        "text_ar": "انقطاع المياه في الجبيهة",
        "text_en": "No water there",
    }
    days = {"starts_on": "4/1/2026", "starts_time": "09:00", "ends_on": "6/1/2026", "ends_time": "20:00"}
    return {**said, **days, **more}


@pytest.mark.usefixtures("gam")
def test_a_supervisor_publishes_changes_and_ends_and_the_unit_too(
    nadia: User, lina: User, omar: User, leak: Topic, amman: Governorate, desk: Desk, clock: Clock
) -> None:
    client, new = desk(nadia), reverse("desk-known-problem-new")
    jubaiha = City.objects.create(governorate=amman, level="gam_area", name_ar="الجبيهة", name_en="Jubaiha")
    assert client.post(new, typed(area=f"c:{jubaiha.pk}")).status_code == 302
    made = KnownProblem.objects.get()
    assert (made.agency.code, made.governorate, made.city, made.ends_at.isoformat()) == (
        *("miyahuna", amman, jubaiha),
        "2026-01-06T17:00:00+00:00",
    )
    page = reverse("desk-known-problem", args=[made.pk])
    shown = client.get(page).content.decode()
    assert [f'value="{value}"' in shown for value in (f"c:{jubaiha.pk}", "20:00")] == [True, True]
    seen = made.changed_at.isoformat()
    clock.pass_(minutes=5)
    assert client.post(page, typed(seen=seen, area="", ends_on="7/1/2026")).status_code == 302
    overtaken = desk(lina).post(page, typed(seen=seen, text_en="Something else"))
    assert (overtaken.status_code, "Something else" in overtaken.content.decode()) == (409, True)
    end = reverse("desk-known-problem-end", args=[made.pk])
    assert [client.get(end).status_code, client.post(end).status_code, client.post(end).status_code] == [200, 302, 302]
    made.refresh_from_db()
    assert (made.governorate, made.ends_at, client.get(page).status_code) == (None, clock.at, 302)
    kinds = list(ReferenceChange.objects.order_by("pk").values_list("thing", "kind"))
    assert kinds == [("knownproblem", kind) for kind in ("added", "changed", "ended")]
    unit = desk(lina)
    assert unit.post(new, typed(agency="unit")).status_code == 302
    assert unit.post(new, typed(agency="gam")).status_code == 302
    assert list(KnownProblem.objects.order_by("pk").values_list("agency__code", flat=True)[1:]) == [None, "gam"]
    others = KnownProblem.objects.get(agency__code="gam")
    for name in ("desk-known-problem", "desk-known-problem-end"):
        assert client.post(reverse(name, args=[others.pk]), typed()).status_code == 404
    assert desk(omar).get(new).status_code == 404
    listing = reverse("desk-known-problems")
    first = statements_of(unit, listing)
    make_problem(None, leak, None, clock.at)
    make_problem(None, leak, amman, clock.at)
    assert statements_of(unit, listing) == first


@pytest.mark.usefixtures("amman", "leak")
def test_what_is_wrong_is_said_beside_the_field_and_kept(nadia: User, desk: Desk, clock: Clock) -> None:
    client, new = desk(nadia), reverse("desk-known-problem-new")
    wrong = [
        (typed(ends_on="3/1/2026"), "ends_on"),
        (typed(starts_on="1/1/2026", ends_on="2/1/2026"), "ends_on"),
        (typed(ends_on="6/6/2026"), "ends_on"),
        (typed(starts_on="4/4/2026", ends_on="5/4/2026"), "starts_on"),
        (typed(starts_time="9 o'clock"), "starts_time"),
        (typed(area="c:999"), "area"),
        (typed(topic="x"), "topic"),
        (typed(text_ar=""), "text_ar"),
        (typed(text_en="x" * 401), "text_en"),
    ]
    for said, name in wrong:
        answer = client.post(new, said)
        assert list(answer.context["form"].errors) == [name], said
    assert KnownProblem.objects.count() == 0
