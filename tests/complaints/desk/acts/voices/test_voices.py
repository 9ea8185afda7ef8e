"""A voice note is played and written down by who may know whose voice it is; all others read the text alone."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Directorate
from complaints import actions
from complaints.actions.consultations import consult
from complaints.actions.notes import NoVoice
from complaints.attachments import uploads
from complaints.engine.history import rewritten
from complaints.engine.transition import NotEntitled
from complaints.models import Attachment, Case, Revision
from complaints.permissions.readers import visible
from complaints.retention.erasing import erase_case
from complaints.search.search import by_words
from complaints.visibility.redaction import StaffVisibility
from complaints.workflow import Action
from tests.complaints import DETAILS
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent
from tests.complaints.sample_files import upload
from tests.complaints.sample_sounds import sound

pytestmark = pytest.mark.usefixtures("media")

SPOKEN = "الماسورة انفجرت قدام المخبز وأنا أمينة الخطيب"

type Speak = Callable[..., Attachment]


@pytest.fixture
def speak(now: datetime) -> Speak:
    """Return a function that adds a voice note to a case."""

    def add(case: Case, *, seconds: float = 1.0) -> Attachment:
        voice = uploads.receive(upload("amina.webm", sound(seconds=seconds)), at=now)
        actions.add(case, by=case.citizen.user, at=now, text="تسجيل", attachments=[voice])
        return voice

    return add


def played(client: Client, case: Case, voice: Attachment) -> int:
    return client.get(address("desk-file", case, pk=voice.pk) + "?as=voice").status_code


def downloaded(client: Client, case: Case, voice: Attachment) -> int:
    answer = client.get(address("desk-file", case, pk=voice.pk))
    for closer in answer._resource_closers:  # all of ``close`` but the end of the request, with its connection
        closer()
    return answer.status_code


def test_the_desk_plays_it_and_writes_it_down_as_text_of_the_case(
    desk: Desk, referred: Case, omar: User, lina: User, amina: Citizen, speak: Speak, now: datetime
) -> None:
    voice, client = speak(referred), desk(omar)
    page = client.get(address("desk-case", referred)).content.decode()
    assert f'src="{address("desk-file", referred, pk=voice.pk)}?as=voice"' in page
    assert address("desk-transcribe", referred) in page
    assert played(client, referred, voice) == 200
    form = client.get(address("desk-transcribe", referred)).context["form"]
    assert form["voice"].value() == str(voice.pk)
    typed = sent(referred, voice=str(voice.pk))
    empty = client.post(address("desk-transcribe", referred), typed | {"text": " "})
    assert empty.context["form"].errors == {"text": ["Write what the person says"]}
    assert client.post(address("desk-transcribe", referred), typed | {"text": SPOKEN}).status_code == 302
    referred.refresh_from_db()
    assert referred.details == f"{DETAILS}\n\nنص الرسالة الصوتية:\n{SPOKEN}"
    event = referred.events.get(action=Action.TRANSCRIBE)
    assert (event.actor, event.facts["voice"]) == (omar, str(voice.pk))
    assert list(rewritten()) == []
    own = desk(amina).get(reverse("case", args=[referred.reference]))
    assert "Your voice note was written down" in own.content.decode()
    assert SPOKEN in own.content.decode()


def test_what_was_written_down_is_found_corrected_and_erased(
    referred: Case, omar: User, lina: User, speak: Speak, now: datetime
) -> None:
    first, second = speak(referred), speak(referred, seconds=2.0)
    for voice, text in ((first, "كلام خاطئ"), (second, "المخبز مغلق"), (first, SPOKEN)):
        actions.transcribe(referred, by=omar, at=now, voice=voice.pk, text=text)
    assert referred.details.count("نص الرسالة الصوتية:") == 2
    assert "كلام خاطئ" not in referred.details

    def found(text: str) -> list[int]:
        scope, reads = visible(lina, at=now), StaffVisibility(lina, now).of
        return [case.pk for case in by_words(scope, text, reads=reads).rows]

    assert found("الماسورة انفجرت") == [referred.pk]
    assert found("كلام خاطئ") == []
    assert (Revision.objects.count(), list(rewritten())) == (3, [])
    actions.withdraw(referred, by=referred.citizen.user, at=now)
    assert erase_case(referred.pk, at=now + timedelta(days=1))
    assert not Attachment.objects.filter(case=referred).exists()
    assert not Revision.objects.filter(details__contains="المخبز").exists()
    assert list(rewritten()) == []


#: Who hears a voice, without and with a hidden identity.
HEARERS = {
    "omar": (True, False),
    "nadia": (True, False),
    "lina": (True, True),
    "yusuf": (False, False),
    "sami": (False, False),
}


def test_a_hidden_voice_is_heard_by_the_unit_alone(
    desk: Desk, file_case: FileCase, speak: Speak, request: pytest.FixtureRequest, now: datetime
) -> None:
    for place, hides in enumerate((False, True)):
        case = file_case(hides_identity=hides)
        voice = speak(case)
        for who, hears in HEARERS.items():
            person, expected = request.getfixturevalue(who), 200 if hears[place] else 404
            client = desk(person)
            found = [
                played(client, case, voice),
                downloaded(client, case, voice),
                client.get(address("desk-transcribe", case)).status_code,
            ]
            assert (who, hides, found) == (who, hides, [expected] * 3)
            writes = pytest.raises(NotEntitled) if not hears[place] else nullcontext()
            with writes:
                actions.transcribe(case, by=person, at=now, voice=voice.pk, text=SPOKEN)


def test_the_agency_reads_a_hidden_voice_without_its_person(
    desk: Desk, file_case: FileCase, omar: User, lina: User, speak: Speak, network: Directorate, now: datetime
) -> None:
    case = file_case(hides_identity=True)
    voice, where = speak(case), address("desk-case", case)
    assert [one.pk for one in desk(lina).get(reverse("triage")).context["voices"]] == [voice.pk]
    before = desk(omar).get(where).content.decode()
    assert "The CMU writes this note down" in before
    assert str(voice.pk) not in before
    actions.transcribe(case, by=lina, at=now, voice=voice.pk, text=SPOKEN)
    assert desk(lina).get(reverse("triage")).context["voices"] == []
    after = desk(omar).get(where).content.decode()
    assert "الماسورة انفجرت قدام المخبز" in after
    assert ("أمينة الخطيب" in after, str(voice.pk) in after) == (False, False)
    actions.accept(case, by=omar, at=now, days=3)
    asked = consult(case, by=omar, at=now, directorate=network, text="ما السبب؟")
    assert asked.case.attachments.count() == 1
    from complaints.attachments.uploads import directorate_files

    assert list(directorate_files(asked)) == []


def test_a_voice_of_another_case_is_none(referred: Case, file_case: FileCase, omar: User, speak: Speak, now) -> None:
    elsewhere = speak(file_case())
    with pytest.raises(NoVoice):
        actions.transcribe(referred, by=omar, at=now, voice=elsewhere.pk, text=SPOKEN)
