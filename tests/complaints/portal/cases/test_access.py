"""Who sees a citizen's case: its owner alone; another's number is the same as none, and no browser keeps a page."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen
from complaints.models import Case
from complaints.workflow import State
from tests.complaints.portal.cases.browsing import ACTS, MORE, url


@pytest.mark.parametrize("name", ["case", "receipt", "case-pdf", "case-remind", "case-ask-unit", *ACTS])
def test_the_case_of_another_citizen_does_not_exist(as_karim: Client, referred: Case, name: str) -> None:
    assert as_karim.get(url(referred, name)).status_code == 404
    assert as_karim.post(url(referred, name), {"text": MORE}).status_code in {404, 405}
    referred.refresh_from_db()
    assert (referred.version, referred.state) == (1, State.REFERRED)


@pytest.mark.parametrize("name", ["case", "receipt", "case-pdf", "case-remind", "case-ask-unit", *ACTS])
def test_a_forged_number_does_not_exist(as_amina: Client, referred: Case, name: str) -> None:
    for forged in ["2600000000", "9999999999", referred.reference[::-1]]:
        assert as_amina.get(reverse(name, kwargs={"ref": forged})).status_code == 404
    for shape in ["26", "٢٦٠٠٠٠٠٠١٢", "abcdefghij", "26000000123", "2600000%00"]:
        assert as_amina.get(f"/ar/cases/{shape}/").status_code in {400, 404}


@pytest.mark.parametrize("name", ["case", "receipt", "cases", *ACTS])
def test_officers_have_a_desk_and_visitors_a_door(client: Client, as_yusuf: Client, referred: Case, name: str) -> None:
    address = reverse(name) if name == "cases" else url(referred, name)
    assert as_yusuf.get(address).url == reverse("desk")
    assert client.get(address).url == f"{reverse('sign-in')}?next={address}"


@pytest.mark.parametrize("name", ["case-remind", "case-ask-unit", *ACTS])
def test_an_act_without_its_csrf_token_is_refused(amina: Citizen, asked: Case, name: str) -> None:
    from tests.cast import sign_in

    version = asked.version
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    assert client.post(url(asked, name), {"text": MORE}).status_code == 403
    asked.refresh_from_db()
    assert asked.version == version


def test_the_pages_of_a_case_are_kept_by_no_browser(as_amina: Client, referred: Case) -> None:
    assert as_amina.get(url(referred)).headers["Cache-Control"] == "no-store, private"
