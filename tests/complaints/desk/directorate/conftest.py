"""The page of a directorate that is asked."""

import pytest
from django.urls import reverse

from complaints.engine import links
from complaints.models import Consultation
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def url(consultation: Consultation) -> str:
    return reverse("directorate", args=[links.token_for(consultation)])
