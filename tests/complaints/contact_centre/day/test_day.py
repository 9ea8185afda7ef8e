"""The day of the centre: who had how many contacts, what became of them, and how long they took."""

from datetime import datetime, timedelta

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import CentreContact
from tests.cast import make_staff
from tests.complaints.pages import Desk, statements_of

DAY = "/en/staff/calls/day/"


def make(agent: User, now: datetime, *, result: str = "", minutes: int = 0, **said: object) -> None:
    ended = now + timedelta(minutes=minutes) if result else None
    CentreContact.objects.create(agent=agent, started_at=now, ended_at=ended, result=result, **said)


def test_supervisors_see_all_agents_and_an_agent_the_own_calls(
    desk: Desk, sami: User, amina: Citizen, ncc: Agency, now: datetime
) -> None:
    maha = make_staff("maha@ncc.example", "مها", "Maha", "+962790100055", ncc, Role.AGENT_SUPERVISOR)
    make(sami, now, result="filed", minutes=4, citizen=amina, proven_at=now, reference="2600000014")
    make(sami, now, result="told", citizen=amina, proven_at=now, reference="2600000014")
    make(sami, now - timedelta(days=1), result="nothing")
    boss = desk(maha)
    once = statements_of(boss, DAY)
    for _ in range(4):
        make(maha, now, result="nothing", minutes=2, channel="letter")
    assert statements_of(boss, DAY) == once
    centre = boss.get(DAY).context["centre"]
    figures = {agent.email: (one.total, list(one.by_result), one.unproven, one.minutes) for agent, one in centre.agents}
    assert figures == {
        "maha@ncc.example": (4, [0, 0, 0, 0, 0, 4], 4, 2),
        "sami@ncc.example": (2, [1, 0, 0, 1, 0, 0], 0, 4),
    }
    assert (centre.whole.total, centre.whole.minutes, dict(centre.channels)["Paper letter"]) == (6, 2, 4)
    own = desk(sami).get(DAY).context["centre"]
    assert [agent for agent, _figures in own.agents] == [sami]
    assert desk(sami).get(DAY, {"on": "2026-01-03"}).context["centre"].whole.total == 1
    assert desk(sami).get(DAY, {"on": "9999-12-31"}).context["centre"].on == now.date()
