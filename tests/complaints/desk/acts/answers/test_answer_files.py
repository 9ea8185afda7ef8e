"""Photos and papers of an answer: taken while it is written, shown before it is sent, the citizen's once given."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Topic
from complaints import actions
from complaints.actions.links import link
from complaints.attachments.responses import PREPARED_LIFE
from complaints.escalation.expiry import discard_drafts
from complaints.models import Answer, Attachment, Case
from complaints.retention.erasing import delete_files, erase_case
from tests.complaints import DONE, FOUND
from tests.complaints.attachments.test_camera import AMMAN, photo
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent
from tests.complaints.sample_files import PDF, PROGRAM, film, picture, upload
from tests.complaints.sample_sounds import sound

pytestmark = pytest.mark.usefixtures("media")

WORDS = {"outcome": "solved", "found": FOUND, "done": DONE}


def show(client: Client, case: Case, **more: object):
    """Press "show what the citizen reads"."""
    return client.post(address("desk-close", case), {"version": case.version, **WORDS, **more})


def file_status(client: Client, name: str, case: Case, file: Attachment) -> int:
    return client.get(reverse(name, args=[case.reference, file.pk]) + "?as=small").status_code


def test_before_and_after_go_with_the_answer_to_the_citizen_alone(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, karim: Citizen, now: datetime
) -> None:
    client, citizen = desk(omar), desk(amina)
    shown = show(
        client, accepted,
        before=[upload("hole.jpg", photo(taken="2025:12:30 09:30:00", gps=AMMAN))],
        after=[upload("closed.jpg", picture(size=(50, 40)))],
        other=[upload("order.pdf", PDF)],
    )  # fmt: skip
    assert "answer" in shown.context
    files = {file.mark: file for file in Attachment.objects.all()}
    assert {mark: file.prepared_for_id for mark, file in files.items()} == dict.fromkeys(
        ("before", "after", "other"), accepted.pk
    )
    assert files["before"].taken_at is not None
    assert files["before"].latitude == pytest.approx(31.954)
    assert file_status(citizen, "case-file", accepted, files["after"]) == 404
    assert accepted.attachments.count() == 0
    assert client.post(address("desk-close", accepted), sent(accepted, **WORDS)).status_code == 302
    answer = Answer.objects.get()
    assert set(answer.attachments.values_list("pk", flat=True)) == {file.pk for file in files.values()}
    page = citizen.get(reverse("case", args=[accepted.reference])).content.decode()
    where = reverse("case-file", args=[accepted.reference, files["before"].pk])
    assert f'src="{where}?as=small"' in page
    assert [words in page for words in ("Before the work", "After the work", "Taken on", "31.9540")] == [
        *[True] * 3, False,
    ]  # fmt: skip
    staff = client.get(address("desk-case", accepted)).content.decode()
    assert "31.95400, 35.91000" in staff
    own = [file_status(desk(person), "case-file", accepted, files["before"]) for person in (amina, karim)]
    assert own == [200, 404]
    assert not accepted.attachments.from_citizen().exists()


@pytest.mark.usefixtures("english")
def test_a_bad_file_is_named_beside_its_box_and_the_words_stay(desk: Desk, accepted: Case, omar: User) -> None:
    client = desk(omar)
    bad = {"before": [upload("a.jpg", PROGRAM), upload("b.jpg")], "other": [upload("c.mp4", film())]}
    page = show(client, accepted, **bad)
    assert "answer" not in page.context
    errors = page.context["files"].form.errors
    assert [list(errors), "a.jpg" in errors["before"][0], "c.mp4" in errors["other"][0]] == [
        ["before", "other"], True, True,
    ]  # fmt: skip
    assert FOUND in page.content.decode()
    assert [file.name for file in Attachment.objects.all()] == ["b.jpg"]
    unsent = client.post(address("desk-close", accepted), sent(accepted, **WORDS, after=[upload("v.webm", sound())]))
    assert (unsent.status_code, Answer.objects.count()) == (200, 0)


def test_a_file_is_removed_and_nothing_is_sent_by_that(desk: Desk, accepted: Case, omar: User, hani: User) -> None:
    client = desk(omar)
    show(client, accepted, after=[upload("a.jpg")])
    file = Attachment.objects.get()
    show(desk(hani), accepted, remove_file=str(file.pk))
    assert Attachment.objects.exists()
    for key in ("x", "00000000-0000-4000-8000-000000000000"):
        assert show(client, accepted, remove_file=key).status_code == 200
    page = client.post(address("desk-close", accepted), sent(accepted, **WORDS, remove_file=str(file.pk)))
    assert (page.status_code, Answer.objects.count(), Attachment.objects.count()) == (200, 0, 0)


def test_files_of_a_proposal_wait_for_the_signature_and_go_over_to_the_next_one(
    desk: Desk, file_case: FileCase, conduct: Topic, omar: User, nadia: User, amina: Citizen, now: datetime
) -> None:
    case = file_case(topic=conduct)
    actions.accept(case, by=omar, at=now, days=3)
    client = desk(omar)
    show(client, case, after=[upload("a.jpg")])
    client.post(address("desk-close", case), sent(case, **WORDS))
    file = Attachment.objects.get()
    assert file.answer is not None
    case.refresh_from_db()
    assert file_status(desk(amina), "case-file", case, file) == 404
    assert str(file.pk) in desk(nadia).get(address("desk-sign", case)).content.decode()
    again = WORDS | {"found": f"{FOUND} وتأكدنا من ذلك في اليوم التالي"}
    client.post(address("desk-close", case), sent(case, **again))
    case.refresh_from_db()
    file.refresh_from_db()
    assert (Answer.objects.count(), file.answer.found) == (2, again["found"])
    actions.sign(case, by=nadia, at=now)
    assert file_status(desk(amina), "case-file", case, file) == 200


def test_the_followers_citizen_sees_the_files_of_the_leads_answer(
    desk: Desk, accepted: Case, file_case: FileCase, karim: Citizen, omar: User, now: datetime
) -> None:
    follower = file_case(citizen=karim, details="لا ماء في البناية منذ يومين كاملين.")
    link(follower, accepted, by=omar, at=now)
    accepted.refresh_from_db()
    client = desk(omar)
    show(client, accepted, after=[upload("a.jpg")])
    client.post(address("desk-close", accepted), sent(accepted, **WORDS))
    file = Attachment.objects.get()
    assert str(file.pk) in desk(karim).get(reverse("case", args=[follower.reference])).content.decode()
    assert file_status(desk(karim), "case-file", follower, file) == 200
    assert file_status(desk(karim), "case-file", accepted, file) == 404


@pytest.mark.django_db(transaction=True)
def test_unsent_files_end_by_themselves_and_given_ones_with_the_case(
    desk: Desk, accepted: Case, omar: User, now: datetime
) -> None:
    client = desk(omar)
    show(client, accepted, after=[upload("a.jpg")])
    unsent = Path(Attachment.objects.get().file.path)
    discard_drafts(at=now + PREPARED_LIFE - timedelta(hours=1))
    assert unsent.exists()
    discard_drafts(at=now + PREPARED_LIFE + timedelta(hours=1))
    assert (unsent.exists(), Attachment.objects.count()) == (False, 0)
    show(client, accepted, after=[upload("a.jpg")])
    client.post(address("desk-close", accepted), sent(accepted, **WORDS))
    given = Path(Attachment.objects.get().file.path)
    assert erase_case(accepted.pk, at=now + timedelta(days=30))
    delete_files()
    assert (given.exists(), Attachment.objects.count()) == (False, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM complaints_thumbnail")
        assert cursor.fetchone() == (0,)
