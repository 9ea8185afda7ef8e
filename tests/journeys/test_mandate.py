"""Speaking for another: asked for, given, used under both names, and ended while the representative is writing."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Final

from django.utils import timezone
from playwright.sync_api import expect

from kit.dates import day_digits
from tests.journeys.acts import be_signed_in
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person
from tests.journeys.site import Matter, Site

#: Whoever speaks and whoever is spoken for: names, national number and mobile number of each.
LAWYER: Final = ("هاني", "القضاة", f"99{secrets.randbelow(10**8):08}", f"+962777{secrets.randbelow(10**6):06}")
WIDOW: Final = ("رسمية", "العبادي", f"99{secrets.randbelow(10**8):08}", f"+962778{secrets.randbelow(10**6):06}")
LEAK: Final = Matter(agency="miyahuna", topic="water-leak", subject="ماء في الشارع", details="ماء أمام بيت موكلتي.")
MORE: Final = "العداد خلف الباب الخلفي."
_PEOPLE: Final = """
from tests.cast import make_citizen
for row in said["people"]:
    make_citizen(*row)
"""
# How somebody files is the subject of other journeys.
_FILED: Final = """
from django.utils import timezone
from accounts.models import Mandate
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
mandate = Mandate.objects.get(pk=said["key"])
agency, topic = Agency.objects.get(code=said["agency"]), Topic.objects.get(code=said["topic"])
words = {"subject": said["subject"], "details": said["details"]}
filing = Filing(citizen=mandate.person, mandate=mandate, kind="complaint", agency=agency, topic=topic, **words)
print(file(filing, by=mandate.representative.user, at=timezone.now()).reference)
"""


def test_a_mandate_is_given_used_and_ended_while_its_holder_writes(site: Site, meet: Meet) -> None:
    site.run(_PEOPLE, people=[LAWYER, WIDOW])
    lawyer, widow = meet("ar", size=PHONE), meet("en", size=PHONE)
    be_signed_in(lawyer, LAWYER[2])
    be_signed_in(widow, WIDOW[2])
    key = _asks(lawyer)
    assert site.wait_for(to=WIDOW[3], template="mandate_asked")
    widow.open(f"account/mandates/{key}/")
    widow.look("mandate-asked")
    widow.press("Confirm")
    widow.is_told(widow.said("The mandate is in force now. We have told both of you."))
    lawyer.open(f"cases/for/{key}/")
    expect(lawyer.main).to_contain_text(WIDOW[1])
    lawyer.look("cases-for-another")
    words = {name: getattr(LEAK, name) for name in ("agency", "topic", "subject", "details")}
    reference = site.run(_FILED, key=key, **words).strip()
    for person in (lawyer, widow):
        person.open(f"cases/{reference}/")
        expect(person.main).to_contain_text(re.compile(f"{LAWYER[1]}.*{WIDOW[1]}"))
    lawyer.look("case-for-another")
    lawyer.open(f"cases/{reference}/add/")
    lawyer.page.locator("#id_text").fill(MORE)
    widow.open(f"account/mandates/{key}/")
    widow.press("End the mandate")
    widow.is_told("has ended")
    lawyer.press("Send information")
    lawyer.is_at("This mandate is over")
    expect(lawyer.main).to_contain_text(MORE)
    lawyer.look("mandate-over")
    widow.open(f"cases/{reference}/")
    expect(widow.page.get_by_text(MORE)).to_have_count(0)


def _asks(lawyer: Person) -> str:
    """Ask for the mandate, and return its key."""
    lawyer.open("account/mandates/new/speak/")
    lawyer.look("mandate-ask")
    lawyer.page.locator("#id_number").fill(WIDOW[2])
    lawyer.page.locator("#id_mobile").fill(WIDOW[3])
    lawyer.choose("Lawyer")
    lawyer.page.locator("#id_ends_on").fill(day_digits(timezone.localdate() + timedelta(days=30)))
    lawyer.press("Send the request")
    lawyer.page.wait_for_url(re.compile(r"/account/mandates/[0-9a-f-]{36}/$"))
    assert WIDOW[1] not in lawyer.main.inner_text()
    return lawyer.page.url.rstrip("/").rpartition("/")[2]
