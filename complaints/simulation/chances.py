"""How often each action follows in a simulated case, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping

from complaints.models import Solved
from complaints.workflow import Action, Outcome, State

#: The share of the time left after which something is done, on average. The greater ``EVENNESS``, the nearer to it
#: each time is: at 1 most things would be done at once and some very late, and a third of what is open would be late.
SHARE_OF_TIME, EVENNESS = 0.5, 3
#: Working minutes until something is done where no time is left, or the citizen has to answer; a day has 420.
MEANS = {
    State.TRIAGE: 150,
    State.REFERRED: 300,
    State.IN_PROGRESS: 1000,
    State.WAITING: 800,
    State.OBJECTED: 1100,
}
#: What is done next, and how often of a hundred.
NEXT: dict[State, dict[Action, int]] = {
    State.TRIAGE: {Action.REFER: 93, Action.ARCHIVE: 7},
    State.REFERRED: {
        Action.ACCEPT: 84,
        Action.DECLINE: 9,
        Action.ASK: 3,
        Action.WITHDRAW: 2,
        Action.ADD: 1,
        Action.REFER: 1,
    },
    State.IN_PROGRESS: {
        Action.CLOSE: 73,
        Action.ASK: 9,
        Action.PROPOSE_EXTENSION: 7,
        Action.ADD: 4,
        Action.ADD_TASK: 5,
        Action.RETURN: 3,
        Action.WITHDRAW: 3,
        Action.REFER: 1,
    },
    State.WAITING: {Action.REPLY: 82, Action.LAPSE: 15, Action.WITHDRAW: 3},
    State.CLOSED: {Action.OBJECT: 100},
    State.OBJECTED: {Action.UPHOLD: 55, Action.DISMISS: 45},
}
#: How often an answer is objected to, by what the citizen said of it.
OBJECTING: Mapping[Solved | None, float] = {None: 0.05, Solved.YES: 0.0, Solved.PARTLY: 0.06, Solved.NO: 0.25}
#: How often an answer is rated, and with words; how the citizen was treated, from 1 to 5.
RATING, SAYING_MORE = 0.42, 0.5
TREATED = {Solved.YES: (3, 4, 4, 5, 5), Solved.PARTLY: (2, 3, 3, 4), Solved.NO: (1, 1, 2, 3)}
#: Of those who rate: solved, partly, not solved, by what the agency says it did.
SOLVED = {
    Outcome.SOLVED: (70, 14, 16),
    Outcome.ANSWERED: (70, 14, 16),
    Outcome.ADOPTED: (70, 14, 16),
    Outcome.PARTLY: (24, 46, 30),
    Outcome.REFUSED_WITH_REASON: (14, 12, 74),
    Outcome.NOT_ADOPTED: (20, 20, 60),
}
#: How often an answer is challenged and sent all the same; how often a citizen mistakes the topic.
CHALLENGED, MISTAKING = 0.04, 0.05
ANSWERED_AT_ONCE = 0.5
DROPPING = 0.2
#: How often something takes ``SLOWER_BY`` times as long, and how often nobody ever comes back to a case. Such cases
#: stay open for months: few of them are already a large share of what is open on a day.
SLOW, SLOWER_BY = 0.05, 3
FORGOTTEN = 0.0002
MOST_OBJECTIONS = 2
EXTRA_DAYS = 3
