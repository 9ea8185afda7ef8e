"""The case page in a browser with everything on it: accessible, nothing beyond the edge, no number turned round."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen, User
from agencies.models import Governorate, OutsideCentre
from complaints.actions import accept, add, ask, assign, hand_over, link, log_call, note, reply
from complaints.attachments import uploads
from complaints.models import SpokenWith
from tests.cast import let_in
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock
from tests.complaints.sample_files import PDF, picture, upload
from tests.journeys.conftest import DESK, WORKER_IS_BLOCKED
from tests.journeys.look import Looks

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def everything(
    file_case: FileCase, amina: Citizen, omar: User, dana: User, amman: Governorate, centre: OutsideCentre, clock: Clock
) -> str:
    """The number of a case on which there is something of everything."""
    case = file_case(governorate=amman, area="حي نزال", place="شارع 12، بناية 7")
    link(file_case(), case, by=omar, at=clock.at)
    files = [("a.jpg", picture(size=(640, 480))), ("b.png", picture("PNG", size=(300, 900))), ("c.pdf", PDF)]
    attachments = [uploads.receive(upload(name, content), at=clock.at) for name, content in files]
    accept(case, by=omar, at=clock.pass_(minutes=7), days=4)
    add(case, by=amina.user, at=clock.pass_(minutes=7), text="وامتدت إلى الشارع المجاور.", attachments=attachments)
    ask(case, by=omar, at=clock.pass_(minutes=7), text="هل المشكلة في الشارع كله؟")
    reply(case, by=amina.user, at=clock.pass_(minutes=7), text="نعم، في الشارع كله.")
    note(case, by=omar, at=clock.pass_(minutes=7), text="المقاول وعد بالحضور صباح الأحد.")
    log_call(case, by=omar, at=clock.pass_(minutes=7), spoken_with=SpokenWith.DIRECTORATE, text="تحدثت مع المديرية.")
    assign(case, by=omar, at=clock.pass_(minutes=7), officer=dana)
    hand_over(case, by=omar, at=clock.pass_(minutes=7), centre=centre, reference="W-77/2026")
    return case.reference


@pytest.mark.django_db(transaction=True)
def test_the_full_case_page_in_both_languages(
    live_server: LiveServer, browser: Browser, everything: str, omar: User
) -> None:
    context = browser.new_context(service_workers="block", viewport=DESK, reduced_motion="reduce")
    let_in(context, live_server.url, omar)
    page, looks, heard = context.new_page(), Looks(pictures=False), []
    page.on("console", lambda message: heard.append(message.text) if message.text != WORKER_IS_BLOCKED else None)
    # The forms are looked at in Arabic, where numbers can turn round.
    for language, names in (("ar", ("", "note/", "take-back/", "paper/")), ("en", ("", "paper/"))):
        for name in names:
            page.goto(f"{live_server.url}/{language}/staff/cases/{everything}/{name}")
            looks.at(page, f"desk-case/{name}", language=language)
    context.close()
    assert heard == []
