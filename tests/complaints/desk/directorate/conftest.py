"""The page of a directorate that is asked."""

import pytest
from django.urls import reverse

from complaints.engine import signed_links
from complaints.models import Consultation
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def url(consultation: Consultation) -> str:
    return reverse("directorate", args=[signed_links.token_for(consultation)])
