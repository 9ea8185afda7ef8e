"""Filing from the first step to the receipt, and who is turned away."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Citizen
from agencies.models import Agency, Governorate
from complaints.filing.understanding import UNIT
from complaints.models import Case, Draft
from complaints.workflow import State
from tests.cast import sign_in
from tests.complaints import DETAILS, SUBJECT, grouped
from tests.complaints.pages import Clock
from tests.complaints.portal.filing.steps import AGENCY, CHECK, WHAT, send, where
from tests.complaints.sample_files import upload

# ---- the way through ----


@pytest.mark.usefixtures("omar", "outage")
def test_a_complaint_goes_from_the_first_step_to_a_receipt(as_amina: Client, water: Agency, amman: Governorate) -> None:
    assert as_amina.get("/ar/new/complaint/").status_code == 200
    assert Draft.objects.count() == 0
    words = {"details": DETAILS, "governorate": "JO-AM", "area": "حي نزال", "place": "قرب المسجد"}
    assert where(as_amina.post(WHAT, words | {"attachments": [upload("بيتنا.jpg")]})) == AGENCY
    assert where(as_amina.post(AGENCY, {"agency_name": "مياهنا"})) == AGENCY
    assert "انقطاع المياه" in as_amina.get(AGENCY).content.decode()
    assert where(as_amina.post(AGENCY, {"agency_name": "مياهنا", "topic": "outage"})) == CHECK
    assert where(as_amina.post(WHAT, words | {"subject": SUBJECT})) == CHECK
    page = as_amina.get(CHECK).content.decode()
    assert all(text in page for text in [water.name_ar, SUBJECT, DETAILS, "حي نزال", "قرب المسجد", "بيتنا.jpg"])
    receipt = send(as_amina, Draft.objects.get())
    case = Case.objects.get()
    assert receipt.url == f"/ar/cases/{case.reference}/receipt/"
    assert (case.agency, case.state, case.subject, case.details) == (water, State.REFERRED, SUBJECT, DETAILS)
    assert (case.governorate, case.area, case.place) == (amman, "حي نزال", "قرب المسجد")
    assert [attachment.name for attachment in case.attachments.all()] == ["بيتنا.jpg"]
    assert Draft.objects.count() == 0
    page = as_amina.get(receipt.url).content.decode()
    assert grouped(case.reference) in page
    assert "079 ••• ••34" in page


@pytest.mark.usefixtures("outage", "lina")
def test_somebody_who_does_not_know_the_agency_reaches_the_cmu(as_amina: Client, water: Agency) -> None:
    assert where(as_amina.post(WHAT, {"details": DETAILS})) == AGENCY
    assert where(as_amina.post(AGENCY, {"agency_unknown": "on"})) == CHECK
    send(as_amina, Draft.objects.get())
    assert (Case.objects.get().state, Case.objects.get().topic) == (State.TRIAGE, None)


@pytest.mark.usefixtures("outage", "lina")
def test_a_text_in_a_third_language_is_taken_as_it_is_and_goes_to_the_unit(as_amina: Client, clock: Clock) -> None:
    texts = (
        "L'eau est coupée depuis dix jours dans notre immeuble.",
        "המים מנותקים בבניין שלנו כבר שבוע",
        "我们大楼已经停水一个星期了，没有人回答我们。",
    )
    for text in texts:
        assert where(as_amina.post(WHAT, {"details": text})) == AGENCY
        offered = as_amina.get(AGENCY).context["fit"].understood.cards
        assert [card.value for card in offered] == [UNIT]
        assert where(as_amina.post(AGENCY, {"fits": "1", "fit": UNIT})) == CHECK
        send(as_amina, Draft.objects.get())
        case = Case.objects.latest("filed_at")
        assert (case.state, case.details, case.subject) == (State.TRIAGE, text, text.rstrip("."))
        assert escape(text) in as_amina.get(reverse("case", args=[case.reference])).content.decode()
        assert as_amina.get(reverse("case-pdf", args=[case.reference])).content.startswith(b"%PDF-")
        clock.pass_(minutes=1)


# ---- check and send ----


@pytest.mark.parametrize("url", [AGENCY, WHAT, CHECK, "/ar/new/complaint/restart/"])
def test_a_form_without_its_csrf_token_is_refused(amina: Citizen, draft: Draft, url: str) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    response = client.post(url, {"draft": str(draft.pk), "notify_by": "sms", "subject": "x", "details": "y"})
    draft.refresh_from_db()
    assert (response.status_code, draft.subject, Case.objects.count()) == (403, SUBJECT, 0)


@pytest.mark.usefixtures("outage")
def test_visitors_write_first_and_staff_are_sent_to_their_desk(client: Client, as_yusuf: Client) -> None:
    assert [client.get(url).status_code for url in (WHAT, AGENCY)] == [200, 200]
    assert where(client.get(CHECK)) == WHAT
    assert as_yusuf.get(AGENCY).url == reverse("desk")
