"""What a run owes: messages to people of their own, in the transactions of a system whose database keeps dying."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from notifications import outbox
from notifications.models import Channel, Endpoint, Lane
from notifications.outbox import Notice
from tests.faults.plan import SCHEDULED, Plan
from tests.faults.programs import NAMES

FIRST_NUMBER = 962_791_000_000
#: One in so many is a one-time code, and one in so many is owed by a transaction that is rolled back once.
CODE_EVERY = 5
CHANGE_OF_MIND_EVERY = 7
#: One notice in so many is overtaken, shortly after it was owed: it may be waiting, on the wire or gone by then.
OVERTAKEN_EVERY, OVERTAKEN_AFTER = 10, 2


def owe_all(plan: Plan, register: Path) -> None:
    """Owe the messages of a run, evenly over its storm; the register names each occasion once its commit is certain."""
    dice, began = Random(plan.seed), time.monotonic()
    with register.open("a", encoding="utf-8") as written:
        for place in range(plan.messages):
            pause = began + plan.seconds * place / plan.messages - time.monotonic()
            time.sleep(max(0.0, pause))
            _owe_in_spite_of_crashes(plan, place, dice)
            if is_overtaken(place - OVERTAKEN_AFTER):
                _in_spite_of_crashes(partial(_overtake, place - OVERTAKEN_AFTER))
            written.write(f"{occasion(plan, place)}\n")
            written.flush()


def occasion(plan: Plan, place: int) -> str:
    """Return what the message at this place is owed for."""
    return f"storm:{plan.seed}:{place}"


def _owe_in_spite_of_crashes(plan: Plan, place: int, dice: Random) -> None:
    """Owe until the commit is certain, after a change of mind if there is one; what was owed twice is owed once."""
    if dice.randrange(CHANGE_OF_MIND_EVERY) == 0:
        _in_spite_of_crashes(partial(_owe_and_regret, plan, place))
    _in_spite_of_crashes(partial(_owe, plan, place))


def _owe_and_regret(plan: Plan, place: int) -> None:
    _owe(plan, place)
    transaction.set_rollback(True)


def is_overtaken(place: int) -> bool:
    """Tell whether the message at this place is cancelled soon after it was owed."""
    return place % OVERTAKEN_EVERY == OVERTAKEN_EVERY - 3 and place >= 0


def _overtake(place: int) -> None:
    outbox.cancel(reference=reference_of(place), at=timezone.now())


def _in_spite_of_crashes(act: Callable[[], None]) -> None:
    while True:
        try:
            with transaction.atomic():
                act()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.05)
        else:
            return


def _owe(plan: Plan, place: int) -> None:
    if plan.to_programs:
        _owe_call(plan, place)
        return
    is_code = place % CODE_EVERY == CODE_EVERY - 1
    outbox.owe(
        [code(place) if is_code else notice(place)],
        occasion=occasion(plan, place),
        at=timezone.now(),
        lane=Lane.CODES if is_code else Lane.NOTICES,
    )


def _owe_call(plan: Plan, place: int) -> None:
    endpoint, case = Endpoint.objects.get(name=NAMES[place % len(NAMES)]), reference_of(place)
    told = {"occasion": occasion(plan, place), "reference": case, "at": timezone.now()}
    outbox.owe_call(endpoint, template="webhook_case", body={"case": case}, **told)


def reference_of(place: int) -> str:
    """Return what the message at this place is about."""
    return f"26{place:08}"


def notice(place: int) -> Notice:
    """Return a notice that a case was answered, to a person of its own."""
    reference = reference_of(place)
    return Notice(
        template="case_answered",
        channel=Channel.SMS,
        recipient=f"citizen:{place}",
        address=_number(place),
        language=("ar", "en")[place % 2],
        context={"ref": reference, "kind": "complaint"},
        reference=reference,
    )


def code(place: int) -> Notice:
    """Return a one-time code, to a person of its own."""
    return Notice(
        template="code",
        channel=Channel.SMS,
        recipient=f"citizen:{place}",
        address=_number(place),
        language=("ar", "en")[place % 2],
        context={"code": f"{10_000 + place}"},
    )


def _number(place: int) -> str:
    return SCHEDULED[place] if place < len(SCHEDULED) else f"+{FIRST_NUMBER + place}"
