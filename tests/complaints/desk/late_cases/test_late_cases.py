"""The page of late cases: what the leadership of an agency reads and does there."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Absence, Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import accept, add_task, ask_explanation, explain
from complaints.actions.consultations import AskedAlready
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.escalation import ladder
from complaints.models import Case, Explanation
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints import PARTNER_TASK
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent, statements_of

QUESTION, REASON = "لماذا لم يصل الرد بعد؟", "تأخر المقاول في إصلاح الخط، وينتهي العمل غدًا."


@pytest.fixture
def late(accepted: Case, nadia: User, samar: User, clock: Clock) -> Case:
    """A case whose delay was reported to the supervisor and the secretary-general."""
    assert ladder.sweep(at=clock.pass_(days=9)) == 2
    clock.pass_(minutes=5)
    return accepted


def told(template: str) -> list[str]:
    return sorted(message.address for message in Message.objects.filter(template=template))


def test_the_secretary_general_asks_why_and_the_officer_answers(
    desk: Desk, late: Case, omar: User, nadia: User, samar: User, lina: User, clock: Clock
) -> None:
    basma, page = desk(samar), reverse("late-cases")
    assert basma.get(reverse("desk")).url == page
    shown = basma.get(page).content.decode()
    missing = [
        words
        for words in (late.subject, "Late by 2 working days", "Omar Smadi", "Accepted", "the secretary-general")
        if words not in shown
    ]
    assert missing == []
    assert reverse("desk-ask-explanation", args=[late.reference]) in shown

    opened = basma.get(address("desk-case", late)).content.decode()
    assert f'href="{page}"' in opened  # Back leads to the page
    assert [name for name in ("ask-explanation", "remind", "note") if f"/{name}/" not in opened] == []
    assert basma.post(address("desk-ask-explanation", late), sent(late, text="")).status_code == 200
    answer = basma.post(address("desk-ask-explanation", late), sent(late, text=QUESTION))
    assert (answer.status_code, answer.url) == (302, reverse("desk"))
    assert told("officer_explain") == [nadia.email, omar.email]
    assert "Asked for on" in basma.get(page).content.decode()
    late.refresh_from_db()
    assert basma.get(address("desk-ask-explanation", late)).status_code == 302  # one at a time
    with pytest.raises(AskedAlready):
        ask_explanation(late, by=samar, at=clock.at, text=QUESTION)

    officer = desk(omar)
    assert QUESTION in officer.get(address("desk-case", late)).content.decode()
    assert QUESTION in officer.get(address("desk-explain", late)).content.decode()
    officer.post(address("desk-explain", late), sent(late, text=REASON))
    assert told("ladder_explained") == [samar.email]
    for reader in (samar, nadia, lina):
        assert REASON in desk(reader).get(address("desk-case", late)).content.decode()
    late.refresh_from_db()
    assert [event.facts["desk"] for event in late.events.filter(action__in=["ask_explanation", "explain"])] == [
        late.agency_id,
        late.agency_id,
    ]
    assert officer.get(address("desk-explain", late)).status_code == 409  # nobody asks any more
    with pytest.raises(TransitionNotAllowed):
        explain(late, by=omar, at=clock.at, text=REASON)


def test_who_may_ask_and_who_may_answer(  # noqa: PLR0917
    desk: Desk, late: Case, omar: User, nadia: User, samar: User, yusuf: User, lina: User, amina: Citizen, clock: Clock
) -> None:
    for person in (omar, nadia, yusuf, lina):
        assert desk(person).get(reverse("late-cases")).status_code == 404
        with pytest.raises(NotEntitled):
            ask_explanation(late, by=person, at=clock.at, text=QUESTION)
    asked = ask_explanation(late, by=samar, at=clock.at, text=QUESTION)
    for person in (samar, yusuf, lina):
        with pytest.raises(NotEntitled):
            explain(late, by=person, at=clock.at, text=REASON)
    # Both texts are kept, by somebody and at a moment, or there is no answer.
    with pytest.raises(IntegrityError), transaction.atomic():
        Explanation.objects.filter(pk=asked.pk).update(answer=REASON)
    # The citizen reads neither.
    assert QUESTION not in desk(amina).get(reverse("case", args=[late.reference])).content.decode()
    # Her deputy asks in her name.
    explain(late, by=omar, at=clock.at, text=REASON)
    today = clock.at.date()
    Absence.objects.create(user=samar, deputy=yusuf, starts_on=today, ends_on=today)
    ask_explanation(late, by=User.objects.get(pk=yusuf.pk), at=clock.at, text=QUESTION)
    assert late.events.latest("number").on_behalf_of == samar


def test_a_case_that_is_not_late_is_not_listed_nor_explained(
    desk: Desk, accepted: Case, samar: User, clock: Clock
) -> None:
    assert accepted.subject not in desk(samar).get(reverse("late-cases")).content.decode()
    assert desk(samar).get(address("desk-ask-explanation", accepted)).status_code == 409


@pytest.mark.usefixtures("nadia", "yusuf")
def test_the_leadership_of_a_partner_reads_its_late_contribution(
    desk: Desk, accepted: Case, gam: Agency, omar: User, samar: User, clock: Clock
) -> None:
    mayor = make_staff("mayor@gam.example", "عصام", "Issam", "+962790100031", gam, Role.SECRETARY_GENERAL)
    add_task(accepted, by=omar, at=clock.at, agency=gam, text=PARTNER_TASK, days=1)
    ladder.sweep(at=clock.pass_(days=4))
    clock.pass_(minutes=5)
    shown = desk(mayor).get(reverse("late-cases")).content.decode()
    assert ("A contribution to another agency" in shown, "Ask for an explanation" in shown) == (True, False)
    assert desk(mayor).get(address("desk-case", accepted)).status_code == 200
    assert accepted.subject not in desk(samar).get(reverse("late-cases")).content.decode()


def test_three_cases_cost_the_statements_of_one(
    desk: Desk, file_case: FileCase, late: Case, omar: User, samar: User, clock: Clock
) -> None:
    page, one = reverse("late-cases"), statements_of(desk(samar), reverse("late-cases"))
    for _number in range(2):
        case = file_case(at=clock.at)
        accept(case, by=omar, at=clock.at, days=1)
    ladder.sweep(at=clock.pass_(days=9))
    clock.pass_(minutes=5)
    assert desk(samar).get(page).content.decode().count('role="rowheader"') == 3
    assert statements_of(desk(samar), page) == one
