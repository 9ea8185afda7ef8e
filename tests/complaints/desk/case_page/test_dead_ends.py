"""The actions of a case page stand there only where they lead somewhere."""

from django.test import Client

from accounts.models import User
from agencies.models import Directorate, OutsideCentre
from complaints.actions import extend, propose_extension
from complaints.models import Case, Clock as ClockRow
from tests.complaints.pages import Clock, Desk, address

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


def test_a_later_date_is_offered_while_there_is_one(
    desk: Desk, accepted: Case, omar: User, nadia: User, clock: Clock
) -> None:
    """The limit of the topic is seven working days, so that the date can move to the fourteenth after filing."""
    url = address("desk-extend", accepted)

    def found() -> tuple[bool, int]:
        client = desk(omar)
        panel = client.get(address("desk-case", accepted)).context["panel"]
        return any(one.url_name == "desk-extend" for one in panel.others), client.get(url).status_code

    assert found() == (True, 200)
    propose_extension(accepted, by=omar, at=clock.at, days=9, reason="القطعة غير متوفرة")
    extend(accepted, by=nadia, at=clock.at)
    assert found() == (False, 302)
    ClockRow.objects.filter(case=accepted, ended_at=None).update(due_at=clock.at)
    Case.objects.filter(pk=accepted.pk).update(promised_on=clock.at.date())
    assert found() == (True, 200)
    clock.pass_(days=30)
    assert found() == (False, 302)
