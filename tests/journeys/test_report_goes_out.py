"""A report is drafted, reviewed, approved and released; an agency answers its annex; a directive ends with evidence."""

from __future__ import annotations

import re

from tests.journeys.acts import be_signed_in, photo
from tests.journeys.conftest import DESK, Meet
from tests.journeys.person import Person
from tests.journeys.site import Site

LINA, COLLEAGUE, HEAD = "lina@cmu.example", "unit3@cmu.example", "head@cmu.example"
NADIA, OFFICE = "nadia@miyahuna.example", "office@pm.example"
ANSWER = "راجعنا الأرقام، وسنخفض التأخر في طلبات التسرب خلال شهرين."
DONE = "أنهينا العمل في المواقع كلها، والصورة من آخر موقع."
#: A directive of the Prime Minister's office to the water company, due on the fifth working day.
DIRECTIVE = """
from django.utils import timezone
from accounts.models import User
from agencies.models import Agency, current_calendar
from reports.directives.actions import DirectiveText, issue
now, calendar = timezone.now(), current_calendar()
due_on = timezone.localdate(calendar.due(now, 5))
water = Agency.objects.get(code="miyahuna")
text = DirectiveText(water, "طلبات التسرب المتأخرة", "أنهوا طلبات التسرب المتأخرة.", due_on)
issue(text, by=User.objects.get(login="office@pm.example"), at=now)
"""
#: Does what workers and beat do: writes the draft that was ordered, and sends out the released report.
WRITE = """
from django.utils import timezone
from reports.models import PeriodicReport, ReportState
from reports.periodic import drafting
drafting.write_ordered(at=timezone.now())
print(not PeriodicReport.objects.filter(state=ReportState.WRITING).exists())
"""
CIRCULATE = """
from django.utils import timezone
from reports.circulation import circulating
circulating.circulate_released(at=timezone.now())
"""


def test_a_report_goes_out_is_answered_and_a_directive_ends_with_evidence(site: Site, meet: Meet) -> None:
    desk = meet("ar", size=DESK)
    report = _is_written(desk)
    _acts(desk, COLLEAGUE, report, "Figures and texts are checked")
    desk.is_told(desk.said("Your review is recorded. A head of the unit approves."))
    _acts(desk, HEAD, report, "Approve and freeze")
    desk.press("Release")
    desk.is_told(desk.said("The report is released."))
    site.run(DIRECTIVE)
    site.run(CIRCULATE)
    be_signed_in(desk, NADIA)
    _answers_the_annex(desk)
    _reports_the_directive(desk)
    _is_closed(desk)


def _acts(person: Person, email: str, report: str, button: str) -> None:
    """Come to work, open the report and press a button of it."""
    be_signed_in(person, email)
    person.open(report)
    person.press(button)


def _is_written(lina: Person) -> str:
    """Draft the report of the fourth month back, which has none yet, and send it for review; return its address."""
    be_signed_in(lina, LINA)
    lina.open("staff/reports/periodic/new/")
    lina.page.locator("select[name=period]").select_option(index=3)
    lina.press("Write the draft")
    lina.page.wait_for_url(re.compile(r"/staff/reports/periodic/\d+/$"))
    report = lina.page.url.split("/ar/")[1]
    lina.site.until(WRITE)
    lina.open(report)
    lina.press("Send for review")
    lina.is_told(lina.said("The report is under review now. Somebody else checks it."))
    return report


def _link(person: Person, template: str, *, to: str) -> str:
    """Return the address of the link in the newest message, within the pages of a language."""
    found = re.search(r"/ar/(staff/reports/\S+)", person.site.wait_for(to=to, template=template)["body"])
    assert found is not None
    return found[1]


def _answers_the_annex(nadia: Person) -> None:
    nadia.open(_link(nadia, "annex_released", to=NADIA))
    nadia.sees("Cases to act on")
    nadia.look("annex")
    nadia.follow("Answer the annex")
    nadia.write("Answer of the agency", ANSWER)
    nadia.page.locator("input[type=file]").set_input_files([photo("plan.jpg")])
    nadia.main.get_by_role("button", name=nadia.said("Send the answer", "annex"), exact=True).click()
    nadia.is_told(nadia.said("The answer is sent. The unit is told by e-mail."))


def _reports_the_directive(nadia: Person) -> None:
    nadia.open(_link(nadia, "directive_issued", to=NADIA))
    nadia.follow("Report a step")
    nadia.write("What was done?", DONE)
    nadia.page.locator("input[type=file]").set_input_files([photo("last-place.jpg")])
    nadia.tick("With this the directive is done")
    nadia.press("Send")
    nadia.is_told(nadia.said("The directive is reported as done. The issuer is told by e-mail."))


def _is_closed(office: Person) -> None:
    """Read in the Prime Minister's office who has answered, and close the directive."""
    be_signed_in(office, OFFICE)
    office.open(_link(office, "report_released", to=OFFICE))
    office.sees("Annexes of the agencies")
    office.look("circulation")
    office.open(_link(office, "directive_reported", to=OFFICE))
    office.follow("Decide on the directive")
    office.choose("Close it: the evidence shows that it is done")
    office.press("Save the decision")
    office.is_told(office.said("The directive is closed. The agency is told by e-mail."))
