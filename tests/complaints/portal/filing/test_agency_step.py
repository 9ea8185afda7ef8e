"""The first step of filing: the agency and the topic, with and without typing, and every bad input."""

import pytest
from django.test import Client

from agencies.models import Agency, Topic
from complaints.models import Draft
from tests.cast import make_agency
from tests.complaints.cases import make_topic
from tests.complaints.portal.filing.steps import AGENCY, WHAT, errors


@pytest.fixture
def bus(db: None) -> Topic:
    """A topic the water company does not have."""
    group = make_topic("transport", "النقل", "Transport", agency_kinds=["commission"], sectors=["transport"])
    return make_topic(
        "transport-bus", "خطوط الحافلات", "Bus lines", parent=group, agency_kinds=["commission"], sectors=["transport"]
    )


@pytest.fixture
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
    assert (response.status_code, Draft.objects.count()) == (200, 0)
    assert set(response.context["form"].matches) == {water, sewage}
    assert list(errors(response)) == ["agency_match"]
    page = response.content.decode()
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
    assert as_amina.post(AGENCY, {"agency_name": ltrc.name_ar, "topic": "transport-bus"}).url == WHAT
    assert as_amina.post(AGENCY, {"agency": "miyahuna", "topic": "transport-bus"}).url == AGENCY
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
    assert (response.status_code, list(errors(response)), Draft.objects.count()) == (200, [field], 0)
    assert "\0" not in response.content.decode()


@pytest.mark.usefixtures("outage", "water")
@pytest.mark.parametrize("topic", ["no-such-topic", "supply", "out\0age"])
def test_a_topic_that_is_none_is_refused_beside_its_field(as_amina: Client, topic: str) -> None:
    as_amina.post(AGENCY, {"agency": "miyahuna"})
    response = as_amina.post(AGENCY, {"agency": "miyahuna", "topic": topic})
    assert (list(errors(response)), Draft.objects.get().topic) == (["topic"], None)
