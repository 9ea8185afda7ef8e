"""The second person where an agency has only one supervisor: the unit, as long as it is so."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from accounts.models import Absence, Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import accept, close, extend, link, propose_extension, refuse_extension, send_back, sign
from complaints.engine.transition import NotEntitled
from complaints.models import Case
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

WHY = "القطعة في طريقها من المصنع."
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}
ALONE = "Your agency has no other supervisor today"


@pytest.fixture
@prepared
def second(water: Agency) -> User:
    """Another supervisor of the water company."""
    return make_staff("zaid@miyahuna.example", "زيد العمري", "Zaid Omari", "+962790100031", water, Role.SUPERVISOR)


@pytest.fixture
@prepared
def sensitive(file_case: FileCase, conduct: Topic, nadia: User, now: datetime) -> Case:
    """A case whose answer needs a second signature, accepted by the supervisor herself."""
    case = file_case(topic=conduct)
    accept(case, by=nadia, at=now, days=3)
    return case


def told_the_unit() -> int:
    told = Message.objects.filter(template="officer_decision")
    return sum(message.address == User.objects.get(name_en="Lina Madanat").email for message in told)


# ---- a later date ----


def test_what_the_only_supervisor_proposes_the_unit_decides(
    desk: Desk, accepted: Case, omar: User, nadia: User, lina: User
) -> None:
    client = desk(nadia)
    assert ALONE in client.get(address("desk-extend", accepted)).content.decode()
    client.post(address("desk-extend", accepted), sent(accepted, days="2", reason=WHY))
    assert Message.objects.get(template="officer_decision").address == lina.email
    codes = [desk(one).get(address("desk-grant", accepted)).status_code for one in (nadia, omar, lina)]
    assert codes == [404, 404, 200]
    page = desk(lina).get(address("desk-case", accepted))
    assert {"desk-grant", "desk-refuse-extension"} <= {button.url_name for button in page.context["panel"].answers}
    assert "A later date is waiting for your decision" in page.content.decode()
    accepted.refresh_from_db()
    assert desk(lina).post(address("desk-grant", accepted), sent(accepted)).status_code == 302
    assert accepted.extensions.get().granted_by == lina


def test_the_unit_may_say_no_to_it(accepted: Case, nadia: User, lina: User, now: datetime) -> None:
    propose_extension(accepted, by=nadia, at=now, days=1, reason=WHY)
    refuse_extension(accepted, by=lina, at=now, reason="أنجزوا العمل في موعده.")
    assert accepted.extensions.get().state == "dropped"


def test_with_a_second_supervisor_the_unit_has_no_say(
    desk: Desk, accepted: Case, nadia: User, second: User, lina: User, now: datetime
) -> None:
    assert ALONE not in desk(nadia).get(address("desk-extend", accepted)).content.decode()
    propose_extension(accepted, by=nadia, at=now, days=1, reason=WHY)
    for action, more in ((extend, {}), (refuse_extension, {"reason": WHY})):
        with pytest.raises(NotEntitled):
            action(accepted, by=lina, at=now, **more)
    assert (told_the_unit(), desk(lina).get(address("desk-grant", accepted)).status_code) == (0, 404)
    extend(accepted, by=second, at=now)


def test_what_an_officer_proposes_is_still_the_supervisors(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)
    with pytest.raises(NotEntitled):
        extend(accepted, by=lina, at=now)
    assert Message.objects.get(template="officer_decision").address == nadia.email
    extend(accepted, by=nadia, at=now)
    assert told_the_unit() == 0


def test_who_decides_is_settled_by_who_is_there_on_the_day(
    accepted: Case, omar: User, nadia: User, second: User, lina: User, yusuf: User, now: datetime
) -> None:
    propose_extension(accepted, by=nadia, at=now, days=1, reason=WHY)
    away = Absence.objects.create(user=second, deputy=omar, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 4))
    with pytest.raises(NotEntitled):
        extend(accepted, by=lina, at=now)
    Absence.objects.filter(pk=away.pk).update(deputy=None)
    extend(accepted, by=lina, at=now)


def test_a_supervisor_whose_own_case_it_is_decides_nothing_and_does_not_count(
    accepted: Case, amina: Citizen, nadia: User, second: User, lina: User, now: datetime
) -> None:
    User.objects.filter(pk=second.pk).update(person=amina)
    propose_extension(accepted, by=nadia, at=now, days=1, reason=WHY)
    extend(accepted, by=lina, at=now)


def test_an_agency_without_any_supervisor_is_no_dead_end(accepted: Case, omar: User, lina: User, now: datetime) -> None:
    propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)
    extend(accepted, by=lina, at=now)
    assert told_the_unit() == 1


# ---- an answer ----


def test_what_the_only_supervisor_answers_the_unit_signs(
    desk: Desk, sensitive: Case, nadia: User, omar: User, lina: User
) -> None:
    client = desk(nadia)
    page = client.post(address("desk-close", sensitive), {"version": sensitive.version, **GOOD})
    assert "Your answer waits for the CMU to sign it, and the CMU is told." in page.content.decode()
    said = client.post(address("desk-close", sensitive), sent(sensitive, **GOOD), follow=True)
    (told,) = map(str, said.context["messages"])
    assert told == "Your answer was proposed. It is sent when the CMU signs it. The CMU is being told."
    assert "Waiting for the CMU's signature" in said.content.decode()
    assert told_the_unit() == 1
    codes = [desk(one).get(address("desk-sign", sensitive)).status_code for one in (nadia, omar, lina)]
    assert codes == [404, 404, 200]
    page = desk(lina).get(address("desk-case", sensitive))
    assert [button.url_name for button in page.context["panel"].answers] == ["desk-sign", "desk-send-back"]
    assert "An answer is waiting for your signature" in page.content.decode()
    sensitive.refresh_from_db()
    assert desk(lina).post(address("desk-sign", sensitive), sent(sensitive)).status_code == 302
    sensitive.refresh_from_db()
    assert (sensitive.state, sensitive.answers.get().signed_by, sensitive.closed_by) == ("closed", lina, lina)
    assert sensitive.events.latest("number").agency == sensitive.agency


def test_the_unit_signs_and_sends_back_but_writes_no_answer(
    desk: Desk, sensitive: Case, nadia: User, lina: User, now: datetime
) -> None:
    close(sensitive, by=nadia, at=now, **GOOD)
    assert desk(lina).get(address("desk-close", sensitive)).status_code == 404
    sensitive.refresh_from_db()
    assert desk(lina).post(address("desk-close", sensitive), sent(sensitive, **GOOD)).status_code == 404
    with pytest.raises(NotEntitled):
        close(sensitive, by=lina, at=now, **GOOD)
    send_back(sensitive, by=lina, at=now, reason="اذكروا متى عاينتم المكان.")
    assert sensitive.answers.get().state == "taken_back"
    assert desk(lina).get(address("desk-sign", sensitive)).status_code == 404


def test_with_a_second_supervisor_the_unit_signs_nothing(
    desk: Desk, sensitive: Case, nadia: User, second: User, lina: User, now: datetime
) -> None:
    close(sensitive, by=nadia, at=now, **GOOD)
    for action, more in ((sign, {}), (send_back, {"reason": WHY})):
        with pytest.raises(NotEntitled):
            action(sensitive, by=lina, at=now, **more)
    assert (told_the_unit(), desk(lina).get(address("desk-sign", sensitive)).status_code) == (0, 404)
    sign(sensitive, by=second, at=now)


def test_the_signature_of_the_unit_answers_the_followers_that_are_in_work(
    file_case: FileCase, sensitive: Case, conduct: Topic, karim: Citizen, nadia: User, lina: User, now: datetime
) -> None:
    ready, fresh = (file_case(topic=conduct, citizen=karim) for _ in range(2))
    accept(ready, by=nadia, at=now, days=3)
    for case in (ready, fresh):
        link(case, sensitive, by=nadia, at=now)
    close(sensitive, by=nadia, at=now, **GOOD)
    sign(sensitive, by=lina, at=now)
    assert [Case.objects.get(pk=case.pk).state for case in (ready, fresh)] == ["closed", "referred"]


def test_an_ordinary_case_is_closed_by_nobody_at_the_unit(
    desk: Desk, accepted: Case, lina: User, now: datetime
) -> None:
    assert desk(lina).get(address("desk-close", accepted)).status_code == 404
    with pytest.raises(NotEntitled):
        close(accepted, by=lina, at=now, **GOOD)
