"""Photos on the case page: small pictures made anew, shown and never run; everything else is a download."""

import hashlib
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.files.base import ContentFile
from django.test import override_settings
from PIL import Image

from accounts.models import User
from agencies.models import Governorate
from complaints.actions import add
from complaints.attachments import uploads
from complaints.desk.case_panels import map_url
from complaints.models import Attachment, Case
from complaints.visibility.redaction import CaseVisibility
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address
from tests.complaints.sample_files import PDF, picture, upload

pytestmark = pytest.mark.usefixtures("media")

INLINE = ("image/jpeg", "inline")


def put(case: Case, name: str, content: bytes, at: datetime) -> Attachment:
    attachment = uploads.receive(upload(name, content), at=at)
    add(case, by=case.citizen.user, at=at, text="صورة", attachments=[attachment])
    return attachment


def hand(desk: Desk, person: User, case: Case, attachment: Attachment, way: str = "") -> tuple[Any, bytes]:
    answer = desk(person).get(address("desk-file", case, pk=attachment.pk) + (f"?as={way}" if way else ""))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for closer in answer._resource_closers:  # all of ``close`` but the end of the request, with its connection
        closer()
    return answer, content


def test_photos_and_other_files_stand_apart(desk: Desk, referred: Case, omar: User, now: datetime) -> None:
    photo, paper = put(referred, "a.jpg", picture(size=(640, 480)), now), put(referred, "a.pdf", PDF, now)
    page = desk(omar).get(address("desk-case", referred))
    file, text = page.context["file"], page.content.decode()
    assert ([one.pk for one in file.photos], [one.pk for one in file.files]) == ([photo.pk], [paper.pk])
    assert f'{photo.pk}/?as=small" width="208" height="156" loading="lazy" decoding="async" alt="Photo 1 of 1"' in text


def test_a_small_picture_is_made_anew(desk: Desk, referred: Case, omar: User, now: datetime) -> None:
    for name, form, mode in (("a.jpg", "JPEG", "RGB"), ("b.png", "PNG", "RGB"), ("c.webp", "WEBP", "RGB")):
        photo = put(referred, name, picture(form, size=(1200, 300)), now)
        answer, content = hand(desk, omar, referred, photo, "small")
        small = Image.open(BytesIO(content))
        assert (answer.headers["Content-Type"], small.size, small.mode) == ("image/jpeg", (320, 80), mode)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_photo_is_shown_and_a_paper_never(desk: Desk, referred: Case, omar: User, now: datetime) -> None:
    photo, paper = put(referred, "a.jpg", picture(), now), put(referred, "a.pdf", PDF, now)
    shown, _ = hand(desk, omar, referred, photo, "photo")
    assert (shown.headers["Content-Type"], shown.headers["Content-Disposition"].partition(";")[0]) == INLINE
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    for attachment, way in ((photo, ""), (photo, "html"), (paper, "photo"), (paper, "")):
        answer, _ = hand(desk, omar, referred, attachment, way)
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert desk(omar).get(address("desk-file", referred, pk=paper.pk) + "?as=small").status_code == 404


def test_what_only_claims_to_be_a_picture_has_no_small_one(
    desk: Desk, referred: Case, omar: User, now: datetime
) -> None:
    content = b"<svg onload=alert(1)>"
    fake = Attachment.objects.create(
        case=referred,
        file=ContentFile(content, name="a.jpg"),
        name="a.jpg",
        content_type="image/jpeg",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=now,
    )
    assert desk(omar).get(address("desk-file", referred, pk=fake.pk) + "?as=small").status_code == 404


def test_strangers_get_no_picture(desk: Desk, referred: Case, yusuf: User, sami: User, now: datetime) -> None:
    photo = put(referred, "a.jpg", picture(), now)
    for person in (yusuf, sami):
        for way in ("", "?as=small", "?as=photo"):
            assert desk(person).get(address("desk-file", referred, pk=photo.pk) + way).status_code == 404


# ---- the place ----


def test_a_place_leads_to_a_map_and_its_words_stay_words(
    desk: Desk, file_case: FileCase, omar: User, amman: Governorate
) -> None:
    case = file_case(governorate=amman, area="حي نزال & x=1", place='"شارع 12"')
    address_of = map_url(CaseVisibility(case, knows_person=True))
    assert address_of.startswith("https://www.openstreetmap.org/search?query=%22")
    assert [sign in address_of.partition("query=")[2] for sign in ('"', "&", "=", " ", "<")] == [False] * 5
    page = desk(omar).get(address("desk-case", case)).content.decode()
    assert f'href="{address_of}" rel="noreferrer"' in page


def test_without_a_place_or_a_map_there_is_no_link(file_case: FileCase, amman: Governorate) -> None:
    case = file_case(governorate=amman)
    assert map_url(CaseVisibility(case, knows_person=True)) == ""
    case.place = "شارع 12"
    for setting in ("", "javascript:alert(1)//{place}", "http://maps.example/{place}"):
        with override_settings(MAP_SEARCH_URL=setting):
            assert map_url(CaseVisibility(case, knows_person=True)) == ""
    assert map_url(CaseVisibility(case, knows_person=True)).startswith(conf.MAP_SEARCH_URL.partition("{")[0])
