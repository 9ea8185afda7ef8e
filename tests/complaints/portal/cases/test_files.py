"""The files of a case are handed out to its owner, as downloads."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from complaints.attachments import uploads
from complaints.models import Attachment, Case
from tests.complaints.cases import FileCase
from tests.complaints.sample_files import upload


@pytest.fixture
def attachment(referred: Case, now: datetime) -> Attachment:
    """A file of amina's case."""
    attached = uploads.receive(upload("شارع اليرموك ليلًا.jpg"), at=now)
    attached.case = referred
    attached.save(force_insert=True)
    return attached


def test_a_file_is_handed_out_to_its_owner_as_a_download(
    as_amina: Client, referred: Case, attachment: Attachment
) -> None:
    response = as_amina.get(reverse("case-file", kwargs={"ref": referred.reference, "pk": attachment.pk}))
    assert b"".join(response.streaming_content) == Path(attachment.file.path).read_bytes()
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D8%B4%D8%A7%D8%B1%D8%B9%20%D8%A7%D9%84%D9%8A%D8%B1%D9%85%D9%88%D9%83%20"
        "%D9%84%D9%8A%D9%84%D9%8B%D8%A7.jpg"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store, private"


def test_a_file_does_not_exist_for_others_nor_below_another_case(
    as_amina: Client,
    as_karim: Client,
    as_yusuf: Client,
    client: Client,
    referred: Case,
    attachment: Attachment,
    file_case: FileCase,
) -> None:
    own = reverse("case-file", kwargs={"ref": referred.reference, "pk": attachment.pk})
    other = reverse("case-file", kwargs={"ref": file_case().reference, "pk": attachment.pk})
    assert [as_karim.get(own).status_code, as_amina.get(other).status_code] == [404, 404]
    assert as_yusuf.get(own).url == reverse("desk")
    assert client.get(own).status_code == 302
