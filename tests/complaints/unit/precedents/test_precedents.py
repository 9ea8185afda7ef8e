"""A ruling kept for the next case of its sort: which it fits, and that nothing is applied by itself."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agencies.models import Agency, Governorate, Topic
from complaints.actions import precedents, refer
from complaints.actions.classification import RulingNeedsReason
from complaints.actions.precedents import PrecedentDraft
from complaints.models import Case, Precedent
from tests.complaints import RULING
from tests.complaints.cases import Bounce, FileCase
from tests.complaints.pages import Desk, address, sent, statements_of
from tests.prepared_rows import prepared

WORDS = "حفرة بعد تمديد المياه"
TEXT = "بقيت في الشارع حفره عميقة بعد أعمال تمديد شبكة المياه"


@pytest.fixture
@prepared
def kept(bounced: Bounce, lina: User, water: Agency, now: datetime) -> Precedent:
    """The ruling on a case of Irbid, kept for that governorate."""
    case = bounced(2, at=now)
    refer(case, by=lina, at=now, agency=water, reason=RULING, precedent=PrecedentDraft(WORDS))
    return Precedent.objects.get()


def test_it_keeps_topic_place_words_agency_and_why(
    kept: Precedent, outage: Topic, irbid: Governorate, water: Agency, lina: User
) -> None:
    assert (kept.topic, kept.governorate, kept.words, kept.agency, kept.why, kept.made_by) == (
        outage,
        irbid,
        WORDS,
        water,
        RULING,
        lina,
    )
    assert kept.event == kept.case.events.last()


def test_without_a_reason_nothing_is_kept(bounced: Bounce, lina: User, water: Agency, now: datetime) -> None:
    case = bounced(1, at=now)
    with pytest.raises(RulingNeedsReason):
        refer(case, by=lina, at=now, agency=water, precedent=PrecedentDraft(WORDS))
    assert (case.state, Precedent.objects.count()) == ("triage", 0)


def found(topic: Topic | None, governorate: Governorate | None, text: str, now: datetime) -> list[Precedent]:
    return precedents.fitting(topic, governorate, text, on=timezone.localdate(now))


def test_it_fits_the_topic_the_place_and_the_words_in_any_spelling(
    kept: Precedent, outage: Topic, conduct: Topic, irbid: Governorate, amman: Governorate, now: datetime
) -> None:
    assert found(outage, irbid, TEXT, now) == [kept]
    assert [
        found(topic, governorate, text, now)
        for topic, governorate, text in (
            (conduct, irbid, TEXT),
            (None, irbid, TEXT),
            (outage, amman, TEXT),
            (outage, None, TEXT),
            (outage, irbid, "انقطع التيار عن الحي كله منذ الفجر"),
            (outage, irbid, ""),
        )
    ] == [[], [], [], [], [], []]


def test_one_without_a_place_fits_everywhere_and_one_of_the_place_goes_first(
    kept: Precedent, outage: Topic, irbid: Governorate, amman: Governorate, gam: Agency, lina: User, now: datetime
) -> None:
    wide = Precedent.objects.create(topic=outage, words=WORDS, agency=gam, why="x", made_by=lina, made_at=now)
    assert (found(outage, irbid, TEXT, now), found(outage, amman, TEXT, now)) == ([kept, wide], [wide])


def test_a_retired_one_and_one_of_an_agency_that_ended_fit_nothing(
    kept: Precedent, outage: Topic, irbid: Governorate, lina: User, now: datetime
) -> None:
    Agency.objects.filter(pk=kept.agency_id).update(ends_on="2026-01-03")
    assert found(outage, irbid, TEXT, now) == []
    Agency.objects.filter(pk=kept.agency_id).update(ends_on=None)
    precedents.retire(kept.pk, by=lina, at=now)
    assert found(outage, irbid, TEXT, now) == []
    with pytest.raises(precedents.NoSuchPrecedent):
        precedents.retire(kept.pk, by=lina, at=now)


def test_of_many_cases_each_gets_its_own_in_two_statements(
    kept: Precedent, file_case: FileCase, irbid: Governorate, amman: Governorate, now: datetime
) -> None:
    fitting = file_case(governorate=irbid, details=TEXT, agency=None)
    other = file_case(governorate=amman, details=TEXT, agency=None)
    with CaptureQueriesContext(connection) as statements:
        of_cases = precedents.precedents_for([fitting, other], on=timezone.localdate(now))
    assert of_cases == {fitting.pk: [kept], other.pk: []}
    assert len(statements) == 2


def test_the_unit_reads_it_on_the_case_and_the_agency_that_it_was_offered(
    desk: Desk, kept: Precedent, file_case: FileCase, irbid: Governorate, lina: User, omar: User, now: datetime
) -> None:
    case = file_case(governorate=irbid, details=TEXT, agency=None)
    page = desk(lina).get(address("desk-case", case))
    assert list(page.context["competence"].fitting) == [kept]
    assert RULING in page.content.decode()
    case.refresh_from_db()
    assert (case.state, case.version) == ("triage", 1)  # nothing is applied by looking
    refer(case, by=lina, at=now, agency=kept.agency)
    page = desk(omar).get(address("desk-case", case))
    sheet = page.context["competence"]
    assert (sheet.offered, sheet.was_followed, sheet.fitting) == (kept, True, [])
    assert "A precedent was offered and followed" in page.content.decode()


def test_a_precedent_that_was_not_followed_is_said_too(
    desk: Desk, kept: Precedent, file_case: FileCase, *, irbid: Governorate, lina: User, yusuf: User, gam: Agency, now
) -> None:
    case = file_case(governorate=irbid, details=TEXT, agency=None)
    refer(case, by=lina, at=now, agency=gam)
    assert "A precedent was offered and not followed" in desk(yusuf).get(address("desk-case", case)).content.decode()


# ---- the form ----


def test_the_form_keeps_a_ruling_on_a_case_that_came_back(
    desk: Desk, bounced: Bounce, lina: User, irbid: Governorate, now: datetime
) -> None:
    case = bounced(1, at=now)
    typed = sent(case, agency="miyahuna", reason=RULING, keeps="on", words=WORDS)
    assert desk(lina).post(address("desk-refer", case), typed).status_code == 302
    assert Precedent.objects.get().governorate == irbid


def test_ticked_it_holds_everywhere(desk: Desk, bounced: Bounce, lina: User, now: datetime) -> None:
    case = bounced(1, at=now)
    typed = sent(case, agency="miyahuna", reason=RULING, keeps="on", words=WORDS, everywhere="on")
    desk(lina).post(address("desk-refer", case), typed)
    assert Precedent.objects.get().governorate is None


def test_what_is_missing_for_it_stands_beside_its_field(desk: Desk, bounced: Bounce, lina: User, now: datetime) -> None:
    case, client = bounced(1, at=now), desk(lina)
    for typed, errors in (
        ({"words": WORDS}, {"reason": ["Enter the reason for deciding similar cases this way"]}),
        ({"reason": RULING}, {"words": ["Enter the words that identify similar cases"]}),
        ({"reason": RULING, "words": "ماء" * 70}, {"words": ["Write at most 200 characters; you have written 210"]}),
    ):
        page = client.post(address("desk-refer", case), sent(case, agency="miyahuna", keeps="on", **typed))
        assert (page.context["form"].errors, Precedent.objects.count()) == (errors, 0), typed


def test_a_case_that_never_came_back_has_nothing_to_keep(desk: Desk, triaged: Case, lina: User) -> None:
    typed = sent(triaged, agency="miyahuna", reason=RULING, keeps="on", words=WORDS)
    assert desk(lina).post(address("desk-refer", triaged), typed).status_code == 302
    assert Precedent.objects.count() == 0


# ---- the list ----


def test_the_unit_reads_and_retires_them(desk: Desk, kept: Precedent, lina: User, now: datetime) -> None:
    page = desk(lina).get(reverse("precedents"))
    assert list(page.context["precedents"]) == [kept]
    answer = desk(lina).post(reverse("precedent-retire", args=[kept.pk]))
    kept.refresh_from_db()
    assert (answer.status_code, kept.ended_at) == (302, now)
    assert list(desk(lina).get(reverse("precedents")).context["precedents"]) == []
    assert list(desk(lina).get(f"{reverse('precedents')}?view=retired").context["precedents"]) == [kept]
    assert desk(lina).post(reverse("precedent-retire", args=[kept.pk])).status_code == 404
    assert desk(lina).get(f"{reverse('precedents')}?view=retired").content.decode().count("Lina Madanat") >= 2


def test_the_unit_writes_one_without_a_case_and_changes_it(desk: Desk, kept: Precedent, lina: User) -> None:
    client = desk(lina)
    said = {
        "topic": kept.topic_id,
        "governorate": "",
        "agency": kept.agency_id,
        "words": "انقطاع المياه",
        "why": RULING,
    }
    assert client.post(reverse("precedent-new"), said | {"why": ""}).status_code == 200
    assert client.post(reverse("precedent-new"), said).status_code == 302
    change = reverse("precedent-change", args=[kept.pk])
    assert client.get(change).context["form"].initial["words"] == kept.words
    assert client.post(change, said | {"words": "ضعف المياه"}).status_code == 302
    kept.refresh_from_db()
    standing = Precedent.objects.filter(ended_at=None).values_list("words", flat=True)
    assert (kept.ended_at is not None, set(standing)) == (True, {"انقطاع المياه", "ضعف المياه"})
    assert client.post(change, said).status_code == 404


def test_nobody_else_does(desk: Desk, kept: Precedent, omar: User, nadia: User, sami: User) -> None:
    people = (omar, nadia, sami)
    assert [desk(one).get(reverse("precedents")).status_code for one in people] == [404, 404, 404]
    assert [desk(one).post(reverse("precedent-retire", args=[kept.pk])).status_code for one in people] == [404] * 3
    assert Precedent.objects.filter(ended_at=None).count() == 1


def test_three_cost_what_one_does(desk: Desk, kept: Precedent, lina: User, now: datetime) -> None:
    one = statements_of(desk(lina), reverse("precedents"))
    for _ in range(2):
        Precedent.objects.create(
            topic=kept.topic, words=WORDS, agency=kept.agency, why=RULING, case=kept.case, made_by=lina, made_at=now
        )
    assert statements_of(desk(lina), reverse("precedents")) == one


def test_of_two_who_change_one_the_second_keeps_what_was_written(desk: Desk, kept: Precedent, lina: User) -> None:
    client, change = desk(lina), reverse("precedent-change", args=[kept.pk])
    said = {"topic": kept.topic_id, "governorate": "", "agency": kept.agency_id, "words": "ضعف المياه"}
    keys = [client.get(change).content.decode().partition('name="form_key" value="')[2][:36] for _ in range(2)]
    assert client.post(change, said | {"form_key": keys[0], "why": RULING}).status_code == 302
    words = client.post(change, said | {"form_key": keys[1], "why": "الخط الرئيسي ملك البلدية"}, follow=True)
    html = words.content.decode()
    assert ("It was settled or ended in the meantime." in html, "الخط الرئيسي ملك البلدية" in html) == (True, True)
    assert list(Precedent.objects.filter(ended_at=None).values_list("why", flat=True)) == [RULING]
    # What carries no key was typed on no page of ours.
    assert client.post(change, said | {"why": RULING}).status_code == 404
