"""Files that staff attach: to notes, to questions, to requests; and a directorate's files that the citizen may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate
from complaints.actions import add_task
from complaints.actions.consultations import find
from complaints.attachments import uploads
from complaints.engine import links
from complaints.models import Attachment, Case, CaseEvent, Consultation, Note, Question
from complaints.portal.privacy import citizens_files
from complaints.workflow import Action
from tests.complaints import FINDING, REQUEST, SIGNATORY
from tests.complaints.pages import Clock, Desk, address, sent
from tests.complaints.sample_files import PDF, PROGRAM, picture, upload

pytestmark = pytest.mark.usefixtures("media")
TEXT = "أرفقت صورة الموقع كما كان صباح اليوم."


def a_file(name: str = "map.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def status(client: Client, url: str) -> int:
    """Return the status of a file, read to its end."""
    answer: Any = client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)
    for closer in answer._resource_closers:  # all of ``close`` but the end of the request, with its connection
        closer()
    return int(answer.status_code)


class Readers:
    """Everybody who might ask for a file of the case, and what each gets."""

    def __init__(self, desk: Desk, case: Case, people: dict[str, User | Citizen]) -> None:
        self.case = case
        self.clients = {name: desk(person) for name, person in people.items()}

    def of(self, file: Attachment) -> set[str]:
        """Return who can read ``file``."""
        ways = {
            name: reverse("case-file" if name == "amina" else "desk-file", args=[self.case.reference, file.pk])
            for name in self.clients
        }
        got = {name for name, url in ways.items() if status(self.clients[name], url) == 200}
        asked = self.case.consultations.last()
        link = asked and reverse("directorate-file", args=[links.token_for(asked), file.pk])
        return got | ({"directorate"} if link and status(Client(), link) == 200 else set())


@pytest.fixture
def readers(desk: Desk, accepted: Case, amina: Citizen, omar: User, lina: User, yusuf: User, samar: User) -> Readers:
    people = {"amina": amina, "omar": omar, "lina": lina, "yusuf": yusuf, "samar": samar}
    return Readers(desk, accepted, people)


def test_each_file_is_read_by_who_may_read_its_text(
    readers: Readers, accepted: Case, omar: User, gam: Agency, network: Directorate, clock: Clock
) -> None:
    """``yusuf`` helps another agency with the case, ``samar`` is the secretary-general of the own one."""
    client = readers.clients["omar"]
    add_task(accepted, by=omar, at=clock.at, agency=gam, text=REQUEST, days=2)
    own, everybody = {"omar", "lina", "samar"}, {"omar", "lina", "samar", "yusuf"}
    forms: dict[str, tuple[dict[str, object], set[str]]] = {
        "desk-note": ({"text": TEXT}, own),
        "desk-consult": ({"text": REQUEST, "directorate": network.pk, "language": "ar"}, everybody | {"directorate"}),
        "desk-ask": ({"text": TEXT}, everybody | {"amina"}),
    }
    wrong = []
    for name, (typed, expected) in forms.items():
        accepted.refresh_from_db()
        answer = client.post(address(name, accepted), sent(accepted, **typed, attachments=[a_file(f"{name}.pdf")]))
        file = Attachment.objects.get(name=f"{name}.pdf")
        if answer.status_code != 302 or file.event is None or file.event.facts["files"] != 1:
            wrong.append(f"{name}: {answer.status_code}")
        if (got := readers.of(file)) != expected:
            wrong.append(f"{name}: read by {sorted(got)}, not by {sorted(expected)}")
        for reader in ("omar", "yusuf"):
            is_shown = str(file.pk) in readers.clients[reader].get(address("desk-case", accepted)).content.decode()
            if is_shown != (reader in expected):
                wrong.append(f"{name}: on the page of {reader}: {is_shown}")
    assert wrong == []
    page = readers.clients["amina"].get(reverse("case", args=[accepted.reference]))
    [question] = [entry for entry in page.context["entries"] if entry.quote == TEXT]
    assert [file.name for file in question.files] == ["desk-ask.pdf"]
    assert (page.context["attachments"], readers.case.attachments.from_citizen().count()) == ([], 0)
    assert [file.name for file in citizens_files(accepted.citizen, at=clock.at)] == ["desk-ask.pdf"]


def test_the_citizen_sees_those_files_of_a_directorate_that_are_chosen(
    readers: Readers, desk: Desk, consultation: Consultation, accepted: Case, nadia: User, clock: Clock
) -> None:
    files = [
        uploads.receive(upload(name, content), at=clock.at) for name, content in (("a.jpg", picture()), ("b.pdf", PDF))
    ]
    find(consultation, at=clock.at, finding=FINDING, signed_as=SIGNATORY, attachments=files)
    photo, paper = files
    staff, url = {"omar", "lina", "samar"}, address("desk-show-files", accepted)
    assert [readers.of(file) for file in files] == [staff, staff]
    assert [client.get(url).status_code for client in readers.clients.values()] == [404, 200, 404, 404, 404]
    form = desk(nadia).get(url).context["form"]
    assert (form.initial, len(form.fields["seen"].choices)) == ({"seen": []}, 2)

    def choose(*chosen: Attachment) -> None:
        clock.pass_(minutes=1)
        accepted.refresh_from_db()
        typed = sent(accepted, seen=[str(file.pk) for file in chosen])
        assert readers.clients["omar"].post(url, typed).status_code == 302

    choose(photo)
    assert [readers.of(file) for file in files] == [staff | {"amina"}, staff]
    page = readers.clients["amina"].get(reverse("case", args=[accepted.reference]))
    entry = page.context["entries"][0]
    assert (entry.title, list(entry.files), page.context["attachments"]) == (
        f"{accepted.agency} shows you files",
        [photo],
        [],
    )
    choose(photo)
    choose(paper)
    assert [readers.of(file) for file in files] == [staff, staff | {"amina"}]
    facts = CaseEvent.objects.filter(action=Action.SHOW_FILES).values_list("facts", flat=True)
    assert [(one["shown"], one["hidden"]) for one in facts] == [(1, 0), (1, 1)]
    page = readers.clients["omar"].get(address("desk-case", accepted))
    text = page.content.decode()
    assert "1 file shown, 1 file hidden again" in text
    assert text.count("The citizen sees it") == 1
    assert "The citizen sees it" in readers.clients["omar"].get(address("desk-close", accepted)).content.decode()
    wrong = readers.clients["omar"].post(url, sent(Case.objects.get(pk=accepted.pk), seen=["x"]))
    assert wrong.context["form"].errors == {"seen": ["One of the files is not there any more. Choose again"]}


def test_what_cannot_be_attached_is_said_beside_the_field_and_nothing_is_written(
    desk: Desk, accepted: Case, omar: User, network: Directorate, now: datetime, full_disk: None
) -> None:
    client, wrong = desk(omar), []
    typed = {"text": TEXT, "directorate": network.pk, "language": "ar"}
    refused = "prog.pdf\u2069 was not uploaded"
    for name in ("desk-note", "desk-ask", "desk-consult"):
        for said, files, error in (
            (typed, [a_file("prog.pdf", PROGRAM)], refused),
            (typed, [a_file(f"{place}.pdf") for place in range(11)], "Choose 10 files at most"),
            (typed, [a_file()], "Your files were not saved"),
            ({**typed, "text": ""}, [a_file()], "Choose your files again"),
            ({**typed, "version": "0"}, [a_file()], "Choose your files again"),
            ({**typed, "text": "", "version": "0"}, [a_file()], "Choose your files again"),
        ):
            page = client.post(address(name, accepted), {**sent(accepted, **said), **said, "attachments": files})
            errors = page.context["form"].errors.get("attachments", [])
            if sum(error in one for one in errors) != 1 or page.context["form"]["text"].value() != said["text"]:
                wrong.append(f"{name}: {page.status_code} {error}: {errors}")
    assert wrong == []
    assert not Attachment.objects.exists()
    assert not Note.objects.exists()
    assert not Question.objects.exists()
