"""The text of a case held against its topic, in triage and when an agency first opens it; and the measurements."""

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agencies.free_text import reader
from agencies.models import Topic, TopicPhrases
from complaints.actions import accept
from complaints.suggestions import measurement
from complaints.suggestions.everyday import hint_for
from kit.shares import Share
from tests.complaints.cases import FileCase, make_topic
from tests.complaints.pages import Desk

pytestmark = pytest.mark.usefixtures("clock", "english")

DARK = {"subject": "الشارع معتم", "details": "أعمدة الإنارة معطلة واللمبات محروقة والشارع معتم من أسبوع."}
HINT = "but the citizen chose “Burst main”"
WORDS = "Words that say so:"


@pytest.fixture
def lighting(db: None) -> Iterator[Topic]:
    """Two topics with the phrases of each."""
    group = make_topic("roads", "الطرق", "Roads")
    made = make_topic("roads-light", "إنارة الشوارع", "Street lighting", parent=group)
    leak = make_topic("water-burst", "كسر خط مياه", "Burst main", parent=group)
    said = {made: ["الشارع معتم", "أعمدة الإنارة معطلة", "لمبات الشارع محروقة"], leak: ["ماسورة مكسورة", "تسرب مي"]}
    for topic, phrases in said.items():
        TopicPhrases.objects.create(topic=topic, code=f"tp-{topic.code}", phrases=phrases)
    reader.forget()
    yield made
    reader.forget()


@pytest.mark.usefixtures("lighting")
def test_what_a_text_reads_like_is_said_until_the_agency_has_accepted(
    file_case: FileCase, desk: Desk, omar: User, lina: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.suggestions.everyday.LEAST_SCORE_OF_ANOTHER", 1.0)
    leak = Topic.objects.get(code="water-burst")
    case, right = file_case(topic=leak, **DARK), file_case(topic=Topic.objects.get(code="roads-light"), **DARK)
    page = desk(omar).get(reverse("desk-case", args=[case.reference])).content.decode()
    assert HINT in page
    assert WORDS in page
    assert "معطلة" in page.split(WORDS)[1].split("</p>")[0]
    assert WORDS not in desk(omar).get(reverse("desk-case", args=[right.reference])).content.decode()
    accept(case, by=omar, at=now, days=3)
    assert WORDS not in desk(omar).get(reverse("desk-case", args=[case.reference])).content.decode()
    lost = file_case(agency=None, topic=leak, **DARK)
    assert HINT in desk(lina).get(reverse("triage")).content.decode()
    assert case.events.count() == 2
    assert lost.events.count() == 1


def measured(command: str, **options: object) -> list[str]:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_country_is_measured(country: datetime, tmp_path: Path, client: Client) -> None:
    samples = measurement.read_samples()
    misled = [
        one
        for one in samples
        if hint_for(f"{one.subject}. {one.details}", kind=one.kind, topic=one.topic.pk, at=country)
    ]
    assert Share(len(misled), len(samples)).good <= 3
    lines = measured("measure_danger")
    assert lines[-1] == "reached"
    worse = tmp_path / "worse.csv"
    worse.write_text("id,text,lang,is_danger\n1,البيت بحترق,ar,no\n", encoding="utf-8")
    assert measured("measure_danger", file=worse, missed=True)[0] == "false alarm: البيت بحترق"
    assert measured("measure_danger", file=worse)[-1] == "not reached"
    some = tmp_path / "some.csv"
    whole = measurement.SAMPLES.read_text(encoding="utf-8").splitlines()
    some.write_text("\n".join(whole[:9]), encoding="utf-8")
    lines = measured("measure_routing", file=some)
    assert lines[0] == "8 cases; the right agency:"
    assert lines[-1].startswith("held against the right topic, false alarms: ")
    for command in ("measure_danger", "measure_routing"):
        with pytest.raises(CommandError, match="cannot be read as a sample"):
            measured(command, file=tmp_path / "none.csv")
    found = {
        typed: client.post(reverse("agency-search"), {"typed": typed}).json()
        for typed in ("مجاري", "ماء", "ميه", "water", "amman", "حفرة في الشارع", "المي مقطوعة", "واسطة", "asdf")
    }
    codes = {typed: [one["code"] for one in answer["agencies"]] for typed, answer in found.items()}
    for typed in ("مجاري", "ماء", "ميه", "water", "المي مقطوعة"):
        assert set(codes[typed]) & {"miyahuna", "ywc", "waj"}, typed
        assert "hu" not in codes[typed]
    assert "gam" in codes["amman"]
    assert "gam" in codes["حفرة في الشارع"]
    assert codes["واسطة"] == ["jiacc"]
    topics = {typed: [one["code"] for one in answer["topics"]] for typed, answer in found.items()}
    assert "topic:water-outage" in topics["المي مقطوعة"]
    assert "topic:roads-holes" in topics["حفرة في الشارع"]
    assert (codes["asdf"], topics["asdf"]) == ([], [])
    assert found["asdf"]["nothing"].startswith("No agency or topic fits these words. Tick “I do not know”")
