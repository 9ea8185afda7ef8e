"""People of directives: the Prime Minister's office issues, the water company's heads answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.attachments.uploads import receive
from complaints.models import Attachment
from reports.directives import actions
from reports.directives.actions import DirectiveText, StepReport
from reports.models import Directive
from tests.cast import make_staff
from tests.prepared_rows import prepared

#: A Wednesday, three working days after the `now` of the cast.
DUE = date(2026, 1, 7)
TEXT = "اخفضوا التأخر في طلبات التسرب إلى النصف."


@pytest.fixture
@prepared
def asma(cmu: Agency) -> User:
    return make_staff("asma@pm.example", "أسماء الفايز", "Asma Fayez", "+962790100011", cmu, Role.PM_OFFICE)


@pytest.fixture
@prepared
def faris(water: Agency) -> User:
    return make_staff("faris@miyahuna.example", "فارس", "Faris", "+962790100012", water, Role.SECRETARY_GENERAL)


@pytest.fixture
@prepared
def ghada(cmu: Agency) -> User:
    return make_staff("ghada@cmu.example", "غادة", "Ghada", "+962790100013", cmu, Role.CMU_HEAD)


type Issue = Callable[..., Directive]


@pytest.fixture
def issue(asma: User, nadia: User, water: Agency, now: datetime) -> Issue:
    """Return what issues a directive to the water company, whose supervisor reads it."""

    def make(*, title: str = "تأخر طلبات التسرب", due_on: date = DUE, by: User = asma) -> Directive:
        return actions.issue(DirectiveText(water, title, TEXT, due_on), by=by, at=now)

    return make


def picture_file() -> SimpleUploadedFile:
    """Return a small picture as a form brings it."""
    content = BytesIO()
    Image.new("RGB", (8, 8), "green").save(content, "PNG")
    return SimpleUploadedFile("after.png", content.getvalue(), "image/png")


def picture(at: datetime) -> Attachment:
    """Return a small picture that can be stored."""
    return receive(picture_file(), at=at)


def done(at: datetime, *, files: int = 1) -> StepReport:
    """Return the report that a directive is done, with some pictures."""
    return StepReport("أصلحنا 40 موقعًا وأرفقنا الصور.", [picture(at) for _ in range(files)], is_done=True)
