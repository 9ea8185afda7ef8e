"""Cases a directorate is asked about, at the desks and at the moment of the desk's tests."""

from datetime import datetime

import pytest

from accounts.models import User
from agencies.models import Directorate
from complaints.models import Case, Consultation
from complaints.verbs.consultations import consult
from tests.complaints.desk.conftest import clock, desk, english  # noqa: F401 - the desk's own fixtures

ASKED = "نرجو معاينة الخط المغذي لحي نزال وبيان سبب الانقطاع والمدة اللازمة لإصلاحه."
FINDING = "وُجد كسر في الوصلة الفرعية قرب المدرسة، واستُبدلت وأعيد الضخ مساء الثلاثاء."
WRITER = "م. هيثم العدوان، رئيس قسم الصيانة"


@pytest.fixture
def asked(accepted: Case, omar: User, network: Directorate, now: datetime) -> Consultation:
    """What omar asked the networks directorate about an accepted case; it has no e-mail address."""
    return consult(accepted, by=omar, at=now, directorate=network, text=ASKED)
