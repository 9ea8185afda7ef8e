"""Suggested agencies and topics, each with its reason, in triage and while filing; nothing is applied by looking."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Governorate, RoutingRule, Topic
from agencies.routing import areas
from complaints.actions import accept, close, decline, refer
from complaints.models import Case, Draft, Precedent
from complaints.suggestions import owners, suggestion_model
from complaints.suggestions.owners import for_draft, opened
from tests.cast import EVERY_KIND, make_agency
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, MakeDraft, make_topic
from tests.complaints.pages import Desk
from tests.complaints.portal.filing.steps import where

pytestmark = pytest.mark.usefixtures("clock", "english")

LAMPS = {"subject": "إنارة الشارع معطلة", "details": "أعمدة الإنارة في شارعنا لا تعمل منذ ثلاثة أسابيع والشارع مظلم."}
CHECK, AGENCY, CHOOSE = (f"/en/new/complaint/{step}/" for step in ("check", "agency", "choose"))


@pytest.fixture
def lighting(db: None) -> Topic:
    """A topic of municipalities, without a usual agency."""
    group = make_topic("roads", "الطرق", "Roads", agency_kinds=["municipality"])
    return make_topic("roads-light", "إنارة الشوارع", "Street lighting", parent=group, agency_kinds=["municipality"])


@pytest.fixture
def general(db: None) -> Topic:
    """A topic that says nothing of its owner."""
    group = make_topic("misc", "أخرى", "Other", kinds=EVERY_KIND)
    return make_topic("misc-general", "موضوع آخر", "Another subject", parent=group, kinds=EVERY_KIND)


@pytest.fixture
def salt(gam: Agency) -> Agency:
    return make_agency(
        "salt", "بلدية السلط", "Salt", kind="municipality", sector="municipal", services_ar="إنارة الشوارع؛ النفايات"
    )


def reasons(case: Case, at: datetime) -> list[tuple[str, str]]:
    """Return what is suggested for a case: the codes of agencies and the reasons."""
    (item,) = opened(list(owners.with_reasons(Case.objects.filter(pk=case.pk))), at=at)
    return [(one.agency.code, one.reason) for one in item.suggestions]


# ---- in triage ----


@pytest.mark.usefixtures("english", "salt")
def test_rule_then_ruling_then_usual_agency_then_words(
    file_case: FileCase, lighting: Topic, gam: Agency, amman: Governorate, lina: User, now: datetime
) -> None:
    RoutingRule.objects.create(topic=lighting, governorate=amman, agency=gam)
    zarqa = make_agency("zarqa", "بلدية الزرقاء", "Zarqa", kind="municipality", sector="municipal")
    rusaifa = make_agency("rusaifa", "بلدية الرصيفة", "Rusaifa", kind="municipality", sector="municipal")
    why = "الإنارة على هذا الطريق من شأن البلدية"
    Precedent.objects.create(topic=lighting, words="إنارة الشارع", agency=zarqa, why=why, made_by=lina, made_at=now)
    Topic.objects.filter(pk=lighting.pk).update(suggested_agency=rusaifa)
    case = file_case(agency=None, topic=lighting, governorate=amman, **LAMPS)
    assert reasons(case, now) == [
        ("gam", "The rule for this topic and place"),
        ("zarqa", f"Earlier decision: {why}"),
        ("rusaifa", "The usual agency for this topic"),
        (
            "salt",
            "The text contains a word from this agency's services: \u2068إنارة\u2069",
        ),
    ]


@pytest.mark.usefixtures("english")
def test_similar_closed_cases_speak_for_the_agency_that_answered_them(
    file_case: FileCase, omar: User, gam: Agency, general: Topic, water: Agency, now: datetime
) -> None:
    Agency.objects.filter(pk=water.pk).update(services_ar="")
    for _ in range(3):
        case = file_case(topic=general, **LAMPS)
        accept(case, by=omar, at=now, days=3)
        close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    suggestion_model.forget()
    asked = file_case(agency=None, topic=general, subject="أعمدة الإنارة معطلة", details="الشارع مظلم والإنارة لا تعمل")
    assert reasons(asked, now) == [
        ("miyahuna", "3 of the 5 most similar closed cases were answered by this agency"),
    ]


@pytest.mark.usefixtures("english")
def test_one_closed_case_is_not_enough_to_speak(
    file_case: FileCase, omar: User, general: Topic, water: Agency, now: datetime
) -> None:
    Agency.objects.filter(pk=water.pk).update(services_ar="")
    case = file_case(topic=general, **LAMPS)
    accept(case, by=omar, at=now, days=3)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    suggestion_model.forget()
    assert reasons(file_case(agency=None, topic=general, **LAMPS), now) == []


@pytest.mark.usefixtures("english")
def test_a_topic_that_says_nothing_leaves_it_to_the_topics_the_text_reads_like(
    file_case: FileCase, general: Topic, lighting: Topic, salt: Agency, now: datetime
) -> None:
    Agency.objects.filter(pk=salt.pk).update(services_ar="")
    Topic.objects.filter(pk=lighting.pk).update(suggested_agency=salt)
    case = file_case(agency=None, topic=general, **LAMPS)
    assert reasons(case, now) == [
        ("salt", "The text fits the topic “Street lighting”, which this agency handles"),
    ]


def test_an_agency_of_another_place_is_left_out(
    file_case: FileCase, lighting: Topic, salt: Agency, amman: Governorate, irbid: Governorate, now: datetime
) -> None:
    Agency.objects.filter(pk=salt.pk).update(governorate=irbid)
    assert reasons(file_case(agency=None, topic=lighting, governorate=amman, **LAMPS), now) == []
    assert [code for code, _ in reasons(file_case(agency=None, topic=lighting, **LAMPS), now)] == ["salt"]


def test_an_agency_whose_rules_are_for_other_places_is_left_out(
    file_case: FileCase, lighting: Topic, salt: Agency, amman: Governorate, irbid: Governorate, now: datetime
) -> None:
    other = make_topic("roads-holes", "الحفر", "Holes", parent=lighting.parent)
    rule = RoutingRule.objects.create(topic=other, governorate=irbid, agency=salt)
    Topic.objects.filter(pk=lighting.pk).update(suggested_agency=salt)
    suggested = [
        [code for code, _ in reasons(file_case(agency=None, topic=lighting, governorate=place, **LAMPS), now)]
        for place in (amman, irbid, None)
    ]
    assert suggested == [[], ["salt"], ["salt"]]
    RoutingRule.objects.filter(pk=rule.pk).update(governorate=None)
    suggestion_model.forget()
    assert [code for code, _ in reasons(file_case(agency=None, topic=lighting, governorate=amman, **LAMPS), now)] == [
        "salt"
    ]


def test_an_authority_serves_the_places_of_the_agencies_below_it(
    file_case: FileCase, lighting: Topic, salt: Agency, gam: Agency, amman: Governorate, irbid: Governorate
) -> None:
    Agency.objects.filter(pk=gam.pk).update(parent=salt)
    RoutingRule.objects.create(topic=lighting, governorate=irbid, agency=salt)
    RoutingRule.objects.create(topic=lighting, governorate=amman, agency=gam)
    assert areas(date(2026, 1, 4)) == {salt.pk: {irbid.pk, amman.pk}, gam.pk: {amman.pk}}
    RoutingRule.objects.filter(agency=gam).update(ends_on=date(2026, 1, 3))
    assert areas(date(2026, 1, 4)) == {salt.pk: {irbid.pk}}


def test_a_topic_kept_from_the_agency_gets_no_guess(
    file_case: FileCase, lighting: Topic, salt: Agency, now: datetime
) -> None:
    Topic.objects.filter(pk=lighting.pk).update(withheld_from_agency=True, hides_identity=True)
    assert reasons(file_case(agency=None, topic=lighting, **LAMPS), now) == []


def test_who_refused_it_is_not_suggested_again(
    file_case: FileCase, lighting: Topic, salt: Agency, water: Agency, gam: Agency, omar: User, now: datetime
) -> None:
    RoutingRule.objects.create(topic=lighting, agency=water)
    case = file_case(topic=lighting, **LAMPS)
    decline(case, by=omar, at=now, reason="other_agency", text="الإنارة للبلدية", proposed_agency=gam)
    assert [code for code, _ in reasons(case, now)] == ["gam", "salt"]


@pytest.mark.usefixtures("salt")
def test_a_page_of_twenty_five_costs_what_one_case_does(
    desk: Desk, file_case: FileCase, lighting: Topic, general: Topic, lina: User
) -> None:
    client = desk(lina)

    def statements() -> int:
        client.get(reverse("triage"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("triage"))
        return len(asked)

    file_case(agency=None, topic=lighting, **LAMPS)
    one = statements()
    for place in range(24):
        file_case(agency=None, topic=general if place % 2 else lighting, **LAMPS)
    assert (one, statements()) == (15, 15)


@pytest.mark.usefixtures("salt")
def test_another_topic_is_named_beside_the_chosen_one(
    desk: Desk, file_case: FileCase, lighting: Topic, outage: Topic, lina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestion_model, "LEAST_TOPIC", 1.0)
    file_case(agency=None, topic=outage, **LAMPS)
    page = desk(lina).get(reverse("triage")).content.decode()
    assert "The text fits the topic “Street lighting”, but the citizen chose “Water outage”." in page


# ---- while filing ----


@pytest.mark.usefixtures("salt", "clock")
def test_who_does_not_know_the_agency_is_offered_one_and_takes_it_by_a_press(
    as_amina: Client, make_draft: MakeDraft, lighting: Topic, salt: Agency
) -> None:
    make_draft(agency=None, agency_unknown=True, topic=lighting, **LAMPS)
    page = as_amina.get(CHECK).content.decode()
    assert f'name="agency" value="{salt.code}"' in page
    assert "The text contains a word from this agency&#x27;s services" in page
    draft = Draft.objects.get()
    assert (draft.agency, draft.agency_unknown) == (None, True)
    assert where(as_amina.post(CHOOSE, {"agency": salt.code})) == CHECK
    draft = Draft.objects.get()
    assert (draft.agency, draft.agency_unknown, draft.topic) == (salt, False, lighting)
    assert "Choose this agency" not in as_amina.get(CHECK).content.decode()


@pytest.mark.usefixtures("salt", "clock")
def test_the_first_step_offers_it_too_once_there_are_words(
    as_amina: Client, make_draft: MakeDraft, lighting: Topic, salt: Agency
) -> None:
    offered = f'name="agency" value="{salt.code}"'
    draft = make_draft(agency=None, agency_unknown=True, topic=lighting)
    Draft.objects.filter(pk=draft.pk).update(subject="", details="")
    assert offered not in as_amina.get(AGENCY).content.decode()
    Draft.objects.filter(pk=draft.pk).update(**LAMPS)
    assert offered in as_amina.get(AGENCY).content.decode()


@pytest.mark.usefixtures("english")
def test_a_chosen_agency_is_questioned_by_a_rule_alone(
    make_draft: MakeDraft, lighting: Topic, salt: Agency, gam: Agency, amman: Governorate, now: datetime
) -> None:
    draft = make_draft(agency=gam, topic=lighting, governorate=amman, **LAMPS)
    assert not for_draft(draft, at=now)
    RoutingRule.objects.create(topic=lighting, governorate=amman, agency=salt)
    offered = for_draft(draft, at=now).agencies
    assert [(one.agency, one.reason) for one in offered] == [(salt, "The rule for this topic and place")]
    RoutingRule.objects.update(agency=gam)
    assert not for_draft(draft, at=now)


@pytest.mark.usefixtures("english")
def test_the_reason_of_a_ruling_is_not_for_the_citizen(
    make_draft: MakeDraft, lighting: Topic, gam: Agency, lina: User, now: datetime
) -> None:
    why = "كلام الوحدة مع الجهة"
    Precedent.objects.create(topic=lighting, words="إنارة الشارع", agency=gam, why=why, made_by=lina, made_at=now)
    offer = for_draft(make_draft(agency=None, agency_unknown=True, topic=lighting, **LAMPS), at=now)
    assert [(one.agency, one.reason) for one in offer.agencies] == [
        (gam, "A similar case was sent to this agency before")
    ]


def test_on_a_topic_kept_from_the_agency_none_is_offered(
    make_draft: MakeDraft, lighting: Topic, salt: Agency, now: datetime
) -> None:
    Topic.objects.filter(pk=lighting.pk).update(withheld_from_agency=True, hides_identity=True)
    draft = make_draft(agency=None, agency_unknown=True, topic=Topic.objects.get(pk=lighting.pk), **LAMPS)
    assert not for_draft(draft, at=now)


def test_an_agency_that_does_not_offer_the_topic_asks_for_it_again(
    as_amina: Client, make_draft: MakeDraft, lighting: Topic, outage: Topic, salt: Agency
) -> None:
    Topic.objects.filter(pk=outage.pk).update(agency_kinds=["company"])
    make_draft(agency=None, agency_unknown=True, topic=outage)
    assert where(as_amina.post(CHOOSE, {"agency": salt.code})) == AGENCY
    assert (Draft.objects.get().agency, Draft.objects.get().topic) == (salt, None)


def test_a_suggested_topic_is_taken_by_a_press(
    as_amina: Client, make_draft: MakeDraft, lighting: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestion_model, "LEAST_TOPIC", 1.0)
    make_draft(agency=None, agency_unknown=True, **LAMPS)
    assert f'name="topic" value="{lighting.code}"' in as_amina.get(CHECK).content.decode()
    assert where(as_amina.post(CHOOSE, {"topic": lighting.code})) == CHECK
    assert Draft.objects.get().topic == lighting


@pytest.mark.usefixtures("cmu", "lighting")
def test_what_cannot_be_chosen_is_not_there(as_amina: Client, make_draft: MakeDraft) -> None:
    draft = make_draft(agency=None, agency_unknown=True)
    for sent in ({}, {"agency": ""}, {"agency": "cmu"}, {"agency": "atlantis"}, {"topic": "roads"}):
        assert as_amina.post(CHOOSE, sent).status_code == 404, sent
        assert Draft.objects.get().topic == draft.topic


def test_a_topic_that_the_chosen_agency_does_not_offer_is_not_taken(
    as_amina: Client, make_draft: MakeDraft, lighting: Topic, outage: Topic
) -> None:
    make_draft()
    assert as_amina.post(CHOOSE, {"topic": lighting.code}).status_code == 404
    assert Draft.objects.get().topic == outage


def test_without_a_draft_the_press_leads_to_the_first_step(as_amina: Client, gam: Agency) -> None:
    assert where(as_amina.post(CHOOSE, {"agency": gam.code})) == AGENCY
    assert Draft.objects.count() == 0


def test_a_press_is_the_citizens_own(as_amina: Client, make_draft: MakeDraft, karim: Citizen, gam: Agency) -> None:
    theirs = make_draft(citizen=karim, agency=None, agency_unknown=True)
    as_amina.post(CHOOSE, {"agency": gam.code})
    theirs.refresh_from_db()
    assert theirs.agency is None


@pytest.mark.usefixtures("salt")
def test_the_case_page_shows_them_to_the_unit_while_the_case_waits_for_an_owner(
    desk: Desk, file_case: FileCase, lighting: Topic, lina: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    RoutingRule.objects.create(topic=lighting, agency=gam)
    case = file_case(agency=None, topic=lighting, **LAMPS)
    address = reverse("desk-case", args=[case.reference])
    page = desk(lina).get(address)
    assert [one.agency.code for one in page.context["item"].suggestions] == ["gam", "salt"]
    assert "The rule for this topic and place" in page.content.decode()
    refer(case, by=lina, at=now, agency=gam)
    assert [desk(person).get(address).context["item"] for person in (lina, yusuf)] == [None, None]
