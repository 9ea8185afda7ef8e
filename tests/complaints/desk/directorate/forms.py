"""What a directorate sends by its page."""

from complaints.models import Consultation
from tests.complaints import FINDING, SIGNATORY

GIVEN = {"time": "1", "number": "1", "days": "3"}
WRITTEN = {"answer": "1", "finding": FINDING, "signed_as": SIGNATORY}


def fresh(consultation: Consultation) -> Consultation:
    return Consultation.objects.get(pk=consultation.pk)
