"""The first step of filing: the agency and the topic, with and without typing, and every bad input."""

from collections.abc import Callable

import pytest
from django.test import Client

from agencies.models import Agency, City, Governorate, Topic
from complaints.models import Draft
from complaints.suggestions.suggestion_model import forget
from tests.cast import make_agency
from tests.complaints.cases import make_topic
from tests.complaints.portal.filing.steps import AGENCY, CHECK, WHAT, errors, shown, where
from tests.prepared_rows import prepared


@pytest.fixture
def bus(db: None) -> Topic:
    """A topic the water company does not have."""
    group = make_topic("transport", "النقل", "Transport", agency_kinds=["commission"], sectors=["transport"])
    return make_topic(
        "transport-bus", "خطوط الحافلات", "Bus lines", parent=group, agency_kinds=["commission"], sectors=["transport"]
    )


@pytest.fixture
@prepared
def sewage(hours: object) -> Agency:
    return make_agency(
        "awc", "شركة مياه العقبة", "Aqaba Water", short_name_ar="مياه العقبة", short_name_en="Aqaba Water"
    )


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize(
    "typed",
    ["شركة مياه الأردن", "شركه مياه الاردن", "شركة  المياه الاردن", "Jordan Water Company", "miyahuna", "مِياهُنا"],
)
def test_a_name_is_understood_however_its_letters_are_written(as_amina: Client, water: Agency, typed: str) -> None:
    assert as_amina.post(AGENCY, {"agency_name": typed}).status_code == 302
    assert Draft.objects.get().agency == water


@pytest.mark.usefixtures("outage", "sewage")
def test_a_word_that_fits_several_agencies_leads_to_a_choice(as_amina: Client, water: Agency, sewage: Agency) -> None:
    response = as_amina.post(AGENCY, {"agency_name": "شركة مياه"})
    assert (where(response), Draft.objects.get().agency) == (AGENCY, None)
    assert set(shown(response).context["form"].matches) == {water, sewage}
    assert list(errors(response)) == ["agency_match"]
    page = shown(response).content.decode()
    assert f'value="{sewage.code}"' in page
    assert 'value="شركة مياه"' in page
    as_amina.post(AGENCY, {"agency_name": "شركة مياه", "agency_match": "awc"})
    assert Draft.objects.get().agency == sewage


@pytest.mark.usefixtures("outage")
def test_the_plain_list_works_without_typing(as_amina: Client, gam: Agency, water: Agency) -> None:
    as_amina.post(AGENCY, {"agency": "gam"})
    assert Draft.objects.get().agency == gam


@pytest.mark.usefixtures("outage")
def test_an_agency_named_after_a_tick_replaces_it_and_a_tick_made_now_stands(as_amina: Client, water: Agency) -> None:
    as_amina.post(AGENCY, {"agency_unknown": "on"})
    as_amina.post(AGENCY, {"agency_unknown": "on", "agency_name": "مياهنا"})
    assert (Draft.objects.get().agency, Draft.objects.get().agency_unknown) == (water, False)
    as_amina.post(AGENCY, {"agency_unknown": "on", "agency_name": water.name_ar})
    assert (Draft.objects.get().agency, Draft.objects.get().agency_unknown) == (None, True)


@pytest.mark.usefixtures("outage", "bus")
def test_the_topics_follow_the_agency_and_a_topic_that_does_not_fit_is_asked_again(
    as_amina: Client, water: Agency, outage: Topic
) -> None:
    ltrc = make_agency("ltrc", "هيئة تنظيم النقل البري", "Land Transport", kind="commission", sector="transport")
    as_amina.post(AGENCY, {"agency": "ltrc"})
    assert "خطوط الحافلات" in as_amina.get(AGENCY).content.decode()
    assert where(as_amina.post(AGENCY, {"agency_name": ltrc.name_ar, "topic": "transport-bus"})) == WHAT
    assert where(as_amina.post(AGENCY, {"agency": "miyahuna", "topic": "transport-bus"})) == AGENCY
    assert (Draft.objects.get().agency, Draft.objects.get().topic) == (water, None)
    assert "خطوط الحافلات" not in as_amina.get(AGENCY).content.decode()
    response = as_amina.post(AGENCY, {"agency_name": water.name_ar})
    assert list(errors(response)) == ["topic"]


@pytest.mark.usefixtures("outage", "water")
@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "agency_name"),
        ({"agency_name": "   "}, "agency_name"),
        ({"agency_name": "قلعة في الهواء"}, "agency_name"),
        ({"agency_name": "x" * 5000}, "agency_name"),
        ({"agency_name": "مياه\0نا"}, "agency_name"),
        ({"agency_name": "\u202eanuhayim"}, "agency_name"),
        ({"agency": "no-such-agency"}, "agency"),
        ({"agency": "cmu"}, "agency"),
        ({"agency": "miyahuna\0"}, "agency"),
        ({"agency_match": "no-such-agency"}, "agency_match"),
    ],
)
def test_an_agency_that_is_none_is_refused_beside_its_field(
    as_amina: Client, cmu: Agency, sent: dict[str, str], field: str
) -> None:
    response = as_amina.post(AGENCY, sent)
    assert (where(response), list(errors(response)), Draft.objects.get().agency) == (AGENCY, [field], None)
    assert "\0" not in shown(response).content.decode()


@pytest.mark.usefixtures("outage", "water")
@pytest.mark.parametrize("topic", ["no-such-topic", "supply", "out\0age"])
def test_a_topic_that_is_none_is_refused_beside_its_field(as_amina: Client, topic: str) -> None:
    as_amina.post(AGENCY, {"agency": "miyahuna"})
    response = as_amina.post(AGENCY, {"agency": "miyahuna", "topic": topic})
    assert (list(errors(response)), Draft.objects.get().topic) == (["topic"], None)


# ---- what was understood ----


@pytest.mark.usefixtures("gam")
def test_a_topic_is_suggested_with_its_agency_the_words_that_led_to_it_and_the_place(
    as_amina: Client, water: Agency, outage: Topic, amman: Governorate
) -> None:
    Topic.objects.filter(pk=outage.pk).update(suggested_agency=water)
    City.objects.create(code="x", governorate=amman, name_ar="الجبيهة", name_en="Jubeiha", level="gam_area")
    forget()
    response = as_amina.post(WHAT, {"details": "عندنا انقطاع المياه بالجبيهة منذ أسبوع"})
    page = shown(response).content.decode()
    texts = (outage.name_ar, water.name_ar, "لأنكم كتبتم", "انقطاع", "الجبيهة", "لا شيء يناسب")
    assert [text in page for text in texts] == [True] * 6
    assert list(errors(as_amina.post(AGENCY, {"fits": "1"}), "fit")) == ["fit"]
    assert list(errors(as_amina.post(AGENCY, {"fits": "1", "fit": "no-such-topic"}), "fit")) == ["fit"]
    assert where(as_amina.post(AGENCY, {"fits": "1", "fit": outage.code, "there": "on"})) == CHECK
    draft = Draft.objects.get()
    assert (draft.agency, draft.topic, draft.governorate, draft.area) == (water, outage, amman, "الجبيهة")
    assert where(as_amina.post(AGENCY, {"fits": "1", "fit": "unit"})) == CHECK
    draft.refresh_from_db()
    assert (draft.agency, draft.agency_unknown, draft.topic) == (None, True, None)


@pytest.mark.usefixtures("water")
def test_agencies_and_topics_stand_in_one_list_and_a_topic_brings_its_agency(
    as_amina: Client, outage: Topic, water: Agency, sewage: Agency
) -> None:
    Topic.objects.filter(pk=outage.pk).update(suggested_agency=water)
    forget()
    response = as_amina.post(AGENCY, {"agency_name": "انقطاع"})
    page = shown(response)
    form, text = page.context["form"], " ".join(page.content.decode().split())
    assert (list(errors(response)), [fit.topic for fit in form.fits]) == (["agency_match"], [outage])
    assert [words in text for words in ('value="topic:outage"', f"{water.name_ar} – لأنكم كتبتم")] == [True] * 2
    for nonsense in ("topic:nothing", "topic:", "topic:water\0", f"topic:{outage.parent.code}"):
        refused = as_amina.post(AGENCY, {"agency_name": "انقطاع", "agency_match": nonsense})
        assert list(errors(refused)) == ["agency_match"], nonsense
    several = shown(as_amina.post(AGENCY, {"agency_name": "شركة مياه"})).context["form"]
    assert set(several.matches) == {water, sewage}
    assert where(as_amina.post(AGENCY, {"agency_name": "انقطاع", "agency_match": f"topic:{outage.code}"})) == WHAT
    draft = Draft.objects.get()
    assert (draft.topic, draft.agency, draft.agency_unknown) == (outage, water, False)
    as_amina.post(AGENCY, {"agency_unknown": "on", "agency_match": f"topic:{outage.code}"})
    draft.refresh_from_db()
    assert (draft.topic, draft.agency, draft.agency_unknown) == (None, None, True)


@pytest.mark.usefixtures("outage", "bus")
def test_the_topics_of_another_agency_are_there_at_once_for_the_script(client: Client, water: Agency) -> None:
    part = client.get("/ar/new/complaint/topics/", {"agency": water.code})
    assert ("انقطاع" in part.content.decode(), "خطوط الحافلات" in part.content.decode()) == (True, False)
    assert client.get("/ar/new/complaint/topics/", {"agency": "none"}).status_code == 404


@pytest.mark.usefixtures("outage", "lina")
@pytest.mark.parametrize(
    ("language", "words"), [("ar", "لا تستقبل الطلبات هنا بعد"), ("en", "which cannot receive cases here yet")]
)
def test_an_agency_without_an_officer_stays_named_up_to_the_page_of_the_case(
    as_amina: Client, make_draft: Callable[..., Draft], water: Agency, language: str, words: str
) -> None:
    draft = make_draft()
    steps = [step.replace("/ar/", f"/{language}/") for step in (AGENCY, CHECK)]
    pages = [as_amina.get(step) for step in steps]
    receipt = as_amina.post(CHECK.replace("/ar/", f"/{language}/"), {"draft": draft.pk, "notify_by": "sms"})
    pages += [as_amina.get(receipt.url), as_amina.get(receipt.url.removesuffix("receipt/"))]
    names = {"ar": water.name_ar, "en": water.name_en}
    texts = [" ".join(page.content.decode().split()) for page in pages]
    assert [(words in text, names[language] in text) for text in texts] == [(True, True)] * 4
