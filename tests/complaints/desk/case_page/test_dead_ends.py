"""The actions of a case page stand there only where they lead somewhere."""

from django.test import Client

from accounts.models import User
from agencies.models import Directorate, OutsideCentre
from complaints.models import Case
from tests.complaints.pages import Desk, address

LED = ("desk-assign", "desk-consult", "desk-hand-over", "desk-remind")


def offered(client: Client, case: Case) -> set[str]:
    panel = client.get(address("desk-case", case)).context["panel"]
    return {button.url_name for button in (*panel.others, *panel.secondary)} & set(LED)


def test_nobody_to_ask_and_nobody_to_give_it_to(
    desk: Desk, accepted: Case, omar: User, nadia: User, lina: User
) -> None:
    Directorate.objects.all().delete()
    OutsideCentre.objects.update(is_active=False)
    assert offered(desk(omar), accepted) == set()
    # The supervisor reminds the officer, and the same page refuses whoever has nobody to remind.
    assert offered(desk(nadia), accepted) == {"desk-remind"}
    assert desk(omar).get(address("desk-remind", accepted)).status_code == 302
    form = desk(nadia).get(address("desk-remind", accepted)).context["form"]
    assert [(card.value, form["whom"].value()) for card in form.fields["whom"].cards] == [("officer", "officer")]


def test_they_come_with_a_colleague_a_directorate_and_a_centre(
    desk: Desk, accepted: Case, omar: User, dana: User, network: Directorate, centre: OutsideCentre
) -> None:
    assert offered(desk(omar), accepted) == {"desk-assign", "desk-consult", "desk-hand-over"}
    assert offered(desk(dana), accepted) == {"desk-consult", "desk-hand-over", "desk-remind"}
