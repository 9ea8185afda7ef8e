"""The history on the case page: repeats in one line, texts of other sections not repeated, a chip for each side."""

from datetime import timedelta

import pytest

from accounts.models import Citizen, User
from complaints.actions import add, add_task, answer_task, ask, close, rate, reply
from complaints.escalation import ladder
from complaints.models import Case, ClockStep
from complaints.staff.frame import load_case
from complaints.staff.pdf import read_case_file
from tests.complaints import DONE, FOUND
from tests.complaints.pages import Clock, Desk, address

ASKED, SAID, RATED = "ما سبب الحفر في الشارع؟", "كابل كهرباء جديد.", "لم تُصلح الحفرة"


def test_what_the_page_shows_of_a_late_case(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, yusuf: User, clock: Clock
) -> None:
    agency = yusuf.memberships.get().agency
    task = add_task(accepted, by=omar, at=clock.pass_(minutes=1), agency=agency, text=ASKED, days=1)
    answer_task(task, by=yusuf, at=clock.pass_(minutes=1), text=SAID)
    add(accepted, by=amina.user, at=clock.pass_(minutes=1), text="وامتدت إلى المجاور.")
    accepted.refresh_from_db()
    due = accepted.deadline_at
    assert due is not None
    for moment in (due - timedelta(minutes=5), due + timedelta(minutes=5)):
        ladder.sweep(at=moment)
        clock.at = moment
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    rate(accepted, by=amina.user, at=clock.pass_(minutes=1), count=0, solved="no", text=RATED)
    page = desk(omar).get(address("desk-case", accepted))
    history, text = page.context["history"], page.content.decode()
    folded = [line for line in history.lines if line.title]
    steps = ClockStep.objects.filter(clock__case=accepted, clock__task=None).count()
    assert [(len(line.entries), line.side, line.kind) for line in folded] == [(steps, "system", "bad")]
    assert "reminder" in folded[0].title
    assert "escalation" in folded[0].title
    # Each text stands on the page once: in its own section where it has one.
    assert [text.count(said) for said in (ASKED, SAID, RATED, FOUND, DONE)] == [1] * 5
    chips = {chip.side: chip.count for chip in history.chips}
    entries = [entry for line in history.lines for entry in line.entries]
    assert chips == {"": len(entries)} | {
        side: sum(entry.side == side for entry in entries) for side in ("citizen", "ours", "system")
    }
    assert all(f'href="#only-{side}"' in text and f'id="only-{side}"' in text for side in ("citizen", "ours", "system"))
    # The file to print says the texts that stand in no section of it.
    case = load_case(omar, accepted.reference, at=clock.at)
    said = [entry.text.first for entry in read_case_file(case, omar, at=clock.at).history if entry.text]
    assert {ASKED, SAID, RATED} <= set(said)


def test_the_bar_of_the_holders_adds_up(desk: Desk, full_of_hands: Case, omar: User) -> None:
    context = desk(omar).get(address("desk-case", full_of_hands)).context
    holders, file = context["holders"], context["file"]
    assert len(holders.segments) == len(file.spans) == 3
    assert sum(segment.width for segment in holders.segments) == sum(span.minutes for span in file.spans)
    assert sum(party.held.minutes for party in holders.parties) == holders.width
    assert [segment.start for segment in holders.segments] == [
        sum(span.minutes for span in file.spans[:place]) for place in range(3)
    ]


@pytest.fixture
def full_of_hands(accepted: Case, omar: User, amina: Citizen, clock: Clock) -> Case:
    """A case that was with the agency, with the citizen and with the agency again, to odd seconds."""
    ask(accepted, by=omar, at=clock.pass_(seconds=59 * 60 + 40), text="أين؟")
    reply(accepted, by=amina.user, at=clock.pass_(seconds=75 * 60 + 39), text="قرب المدرسة")
    clock.pass_(seconds=41)
    return accepted
