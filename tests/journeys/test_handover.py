"""A case handed over to an outside centre, which answers it through its interface."""

from __future__ import annotations

import urllib.request

from playwright.sync_api import expect

from tests.complaints.api.calls import signed
from tests.journeys.acts import be_signed_in, come_to_work, open_case
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.site import Matter, Site

AMINA, OMAR, CENTRE = "9902103456", "omar@miyahuna.example", "water-117116"
BURST = Matter(
    agency="شركة مياه الأردن (مياهنا)",
    topic="كسر خط مياه أو تسرب",
    subject="خط مكسور أمام المدرسة",
    details="الخط الرئيسي مكسور أمام باب المدرسة منذ الصباح، والمياه تملأ الشارع والرصيف.",
    governorate="العاصمة",
)
ANSWER = "وصلت الفرقة واستبدلت الجزء المكسور من الخط، وعاد الضخ إلى الشارع."
# The program calls us and is not called: a demonstration has no address outside.
_CONNECTED = """
from django.utils import timezone
from accounts.models import User
from agencies.models import OutsideCentre
from complaints.actions import accept
from complaints.models import Case
from notifications import programs
from notifications.models import Endpoint
case, at = Case.objects.get(reference=said["reference"]), timezone.now()
accept(case, by=User.objects.get(login=said["officer"]), at=at, days=1)
name = f"centre:{OutsideCentre.objects.get(code=said['centre']).pk}"
Endpoint.objects.filter(name=name).delete()
print(programs.register(name, at=at)[1])
"""


def test_the_centre_has_the_case_says_so_and_gives_it_back(site: Site, meet: Meet) -> None:
    reference = site.file(BURST, language="ar", by=AMINA)
    secret = site.run(_CONNECTED, reference=reference, officer=OMAR, centre=CENTRE).strip()
    officer, citizen = meet("en"), meet("ar", size=PHONE)
    come_to_work(officer, OMAR)
    open_case(officer, reference)
    officer.page.get_by_text(officer.said("Notes and tools")).click()
    officer.follow("Hand over to an outside centre")
    officer.box("Outside centre").select_option(value=CENTRE)
    officer.write("The centre's number for this case", "W-77/2026")
    officer.look("desk-hand-over")
    officer.press("Hand over")
    # The next case of the list comes by itself.
    officer.open(f"staff/cases/{reference}/")
    expect(officer.card("With an outside centre")).to_contain_text("W-77/2026")

    be_signed_in(citizen, AMINA)
    citizen.open(f"cases/{reference}/")
    expect(citizen.card("What we promise")).to_contain_text("مركز الشكاوى الموحد للمياه")
    citizen.sees("Stays responsible")
    citizen.look("case-with-centre")

    for state, text in (("in_work", "خرجت الفرقة إلى الموقع"), ("answered", ANSWER)):
        call = signed(secret, {"case": reference, "state": state, "text": text})
        headers = {**call["headers"], "Content-Type": "application/json"}
        sent = urllib.request.Request(f"{site.url}/api/centres/{CENTRE}/reports", call["data"], headers)
        with urllib.request.urlopen(sent) as answer:
            assert answer.status == 200
        officer.open(f"staff/cases/{reference}/")
        officer.sees(text)
        officer.look(f"desk-handover-{state}")
    expect(officer.card("With an outside centre")).to_have_count(0)
    citizen.open(f"cases/{reference}/")
    expect(citizen.page.get_by_text(citizen.said("Stays responsible"))).to_have_count(0)
