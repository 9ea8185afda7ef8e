"""Cases a directorate is asked about, at the desks and at the moment of the desk's tests."""

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from agencies.models import Directorate
from complaints.actions.consultations import consult
from complaints.models import Attachment, Case, Consultation
from tests.complaints.desk.conftest import clock, desk, english  # noqa: F401 - the desk's own fixtures

ASKED = "نرجو معاينة الخط المغذي لحي نزال وبيان سبب الانقطاع والمدة اللازمة لإصلاحه."
FINDING = "وُجد كسر في الوصلة الفرعية قرب المدرسة، واستُبدلت وأعيد الضخ مساء الثلاثاء."
WRITER = "م. هيثم العدوان، رئيس قسم الصيانة"


def attach(case: Case, at: datetime, name: str, consultation: Consultation | None = None) -> Attachment:
    """Put a file on a case, of the citizen or of the consultation it came with."""
    return Attachment.objects.create(
        case=case,
        consultation=consultation,
        file=SimpleUploadedFile("x", b"x"),
        name=name,
        content_type="image/jpeg",
        size=1,
        sha256="0" * 64,
        added_at=at,
    )


@pytest.fixture
def asked(accepted: Case, omar: User, network: Directorate, now: datetime) -> Consultation:
    """What omar asked the networks directorate about an accepted case; it has no e-mail address."""
    return consult(accepted, by=omar, at=now, directorate=network, text=ASKED)
