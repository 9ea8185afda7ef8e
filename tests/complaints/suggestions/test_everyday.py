"""What is suggested for everyday words, on the reference data of the project: topics, agencies, place, nothing."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies import reference_changes
from agencies.free_text import reader
from agencies.models import Governorate, TopicPhrases
from agencies.reference_changes import Author
from complaints.suggestions import measurement
from complaints.suggestions.everyday import Suggestions, danger_in, suggest

pytestmark = pytest.mark.usefixtures("english")

VARIANTS = measurement.SAMPLE.with_name("everyday_variants.csv")
#: By two people who had seen neither the phrases nor the rules; nothing was changed because of them.
BLIND = tuple(measurement.SAMPLE.with_name(f"everyday_blind_sample{end}.csv") for end in ("", "_2"))
#: Nothing of these is the matter of any agency.
NOISE = (
    *(
        "asdf",
        "hello",
        "مرحبا",
        "السلام عليكم",
        "123",
        "...",
        "غغغغ",
        "لا شيء",
        "qwerty",
        "aaa bbb ccc",
        "اهلا كيف حالكم",
    ),
    *(
        "good morning",
        "صباح الخير",
        "I love pizza",
        "غدا الجو جميل",
        "bonjour je suis",
        "мне нужна помощь",
        "\x00\u202e",
    ),
)


def codes(found: Suggestions) -> list[tuple[str, str]]:
    """Return the codes of the topics with those of their agencies."""
    return [(one.topic.code, one.agency.code if one.agency else "") for one in found.topics]


def test_topics_agencies_and_place_are_suggested_together(country: datetime) -> None:
    at = country
    found = suggest("المي مقطوعة بماركا من اسبوع", at=at)
    assert codes(found)[0] == ("water-outage", "miyahuna")
    assert found.topics[0].reason == "Because you wrote the words \u2068المي\u2069, \u2068مقطوعة\u2069"
    assert found.place is not None
    assert (found.place.governorate.code, found.place.area) == ("JO-AM", "Marka")
    assert codes(suggest("el may ma2too3a fi irbid", at=at))[0] == ("water-outage", "ywc")
    assert codes(suggest("موظفة الضمان بتصرخ عالناس", at=at))[0] == ("svc-staff", "ssc")
    irbid = Governorate.objects.get(code="JO-IR")
    assert codes(suggest("حفرة بالشارع", at=at, governorate=irbid))[0][0] == "roads-holes"
    assert {one.topic.code for one in suggest("شكرا", at=at, kind="praise").topics} == {"other-praise"}
    for text in ("مجاري", "ماء", "ميه", "water", "حفرة في الشارع", "المي مقطوعة", "واسطة"):
        assert suggest(text, at=at).topics, text
    assert suggest("amman", at=at).agencies[0].agency.code in {"gam", "gov-amman"}
    for text in NOISE:
        assert not suggest(text, at=at), text
    assert suggest("", at=at).nothing_fits.startswith("Nothing fits: send it to")


def test_a_road_in_latin_letters_is_no_quarter_and_too_much_chlorine_is_a_danger(country: datetime) -> None:
    roads = ("fi 7ofra bel tare2 jamb el madrase", "el 6aree2 kollo 7ofar", "حفرة بال tariq جنب الدكان")
    assert [text for text in roads if suggest(text, at=country).place] == []
    named = suggest("7ofra bi mante2at zar2a", at=country).place
    assert named is not None
    said = ("excessive dose of chlorine in our water", "جرعة كلور زايدة بالمي", "تسرب كلور من محطة التحلية")
    plain = ("ريحة الكلور قوية بالمي", "المي فيها كلور كتير وطعمها بشع", "no chlorine leak")
    told = {text: danger_in(text, at=country) for text in (*said, *plain)}
    assert {text: danger and danger.name for text, danger in told.items()} == (
        dict.fromkeys(said, "Dangerous drinking water") | dict.fromkeys(plain)
    )


def test_the_reader_is_kept_until_reference_data_change(country: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_cache", reader.ReaderCache())  # what it reads here goes with the test
    at = country
    suggest("مجاري", at=at)
    with CaptureQueriesContext(connection) as statements:
        suggest("مجاري طافحة", at=at + timedelta(seconds=5))
    assert len(statements) == 0
    text = "\n".join(["المي مقطوعة عن الحي من اسبوع. " * 5, "والشارع كله حفر. " * 5] * 12)[:3200]
    began = process_time()
    suggest(text, at=at + timedelta(seconds=5))
    assert process_time() - began < 0.2
    with CaptureQueriesContext(connection) as statements:
        suggest("مجاري طافحة", at=at + reader.CHECKED)
    assert len(statements) == 1
    phrases = TopicPhrases.objects.get(topic__code="roads-light")
    later = at + timedelta(minutes=1)
    reference_changes.change(phrases, {"phrases": ["زقزقة العصافير"]}, author=Author(None, later))
    assert codes(suggest("زقزقة العصافير", at=later))[0][0] == "roads-light"


def measured(**options: object) -> list[str]:
    out = io.StringIO()
    call_command("measure_everyday", stdout=out, **options)
    return out.getvalue().splitlines()


def test_the_samples_are_measured(country: datetime, tmp_path: Path) -> None:
    lines = measured()
    assert lines[-1] == "reached"
    assert "only measured:" in lines
    assert [measured(file=file)[-1] for file in (VARIANTS, *BLIND)] == ["reached"] * 3
    worse = tmp_path / "worse.csv"
    with worse.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["id", "query", "lang", "place", "topic_codes", "agency_codes"])
        rows.writerow(["1", "المي مقطوعة", "ar", "", "roads-light", ""])
    assert measured(file=worse, missed=True)[-2:] == ["missed: 1 المي مقطوعة", "not reached"]
    with pytest.raises(CommandError, match="cannot be read as a sample"):
        measured(file=tmp_path / "none.csv")


def test_without_reference_data_nothing_is_measured(db: None) -> None:
    with pytest.raises(CommandError, match="Run load_reference first"):
        measured()
