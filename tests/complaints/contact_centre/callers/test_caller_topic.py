"""An agent corrects the topic with the caller on the phone."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agencies.models import Topic
from complaints.models import Case
from tests.cast import sign_in
from tests.complaints.cases import make_topic
from tests.complaints.pages import Clock, sent

pytestmark = pytest.mark.usefixtures("english")


def test_the_topic_is_corrected_for_a_proven_caller_only(
    accepted: Case, outage: Topic, sami: User, omar: User, clock: Clock
) -> None:
    make_topic("burst", "انفجار خط", "Burst main", parent=outage.parent)
    url, typed = reverse("caller-topic", args=[accepted.reference]), {"kind": "complaint", "topic": "burst"}
    client = sign_in(Client(), sami)
    assert client.get(url).status_code == 404
    client.post(reverse("calls-find"), {"ref": accepted.reference, "phone_end": accepted.citizen.phone[-4:]})
    assert url in client.get(reverse("caller-case", args=[accepted.reference])).content.decode()
    assert "Burst main" in client.get(url).content.decode()
    assert "Check what changes" in client.post(url, {"version": accepted.version, **typed}).content.decode()
    stale = sent(accepted, **typed) | {"version": 0}
    page = client.post(url, stale)
    assert (page.status_code, "has changed since you opened it" in page.content.decode()) == (409, True)
    assert client.post(url, sent(accepted, **typed)).status_code == 302
    assert Case.objects.get().topic.code == "burst"
    clock.pass_(minutes=30)
    assert client.get(url).status_code == 302
    assert sign_in(Client(), omar).get(url).status_code == 404
