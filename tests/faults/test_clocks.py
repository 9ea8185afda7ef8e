"""A sender's own clock decides nothing: the database's does, for every machine alike."""

import ast
import datetime as dt
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import notifications
from notifications import carriers, reconciliation
from notifications.carriers import Status, StatusReport
from notifications.models import Attempt, Channel, Lane, Message, MessageQuerySet, MessageState, Outcome, ProviderRoute
from notifications.runtime import database_now, timings
from notifications.sending import delivery, sweep
from tests.notifications.conftest import AnsweringCarrier, notice, owed

TWO_HOURS = timedelta(hours=2)
# A moment as SQL would have it written by a client: 2026-01-04 10:00 or with a T.
LITERAL_MOMENT = re.compile(r"'\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
NOTIFICATIONS = Path(notifications.__path__[0])
DECIDING = sorted(
    str(file.relative_to(NOTIFICATIONS))
    for place in ("sending", "reconciliation", "addresses", "tasks.py")
    for file in ([NOTIFICATIONS / place] if place.endswith(".py") else (NOTIFICATIONS / place).glob("*.py"))
)

type Outcomes = dict[str, tuple[object, ...]]


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> AnsweringCarrier:
    made = AnsweringCarrier()
    monkeypatch.setattr(carriers, "carriers_for", lambda channel: (made,) if channel == Channel.SMS else ())
    return made


@contextmanager
def clock_off_by(shift: timedelta, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give this process another time: by Django, by the time module and by every datetime that our code reads."""
    real_time, real_ns, real = time.time, time.time_ns, dt.datetime

    class Shifted(real):  # type: ignore[valid-type,misc]
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return real.now(tz) + shift

        @classmethod
        def today(cls) -> dt.datetime:
            return real.today() + shift

    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: real_time() + shift.total_seconds())
        patch.setattr(time, "time_ns", lambda: real_ns() + int(shift.total_seconds()) * 10**9)
        patch.setattr(timezone, "now", lambda: real.now(tz=dt.UTC) + shift)
        for name, module in list(sys.modules.items()):
            if name.split(".")[0] == "notifications" and getattr(module, "datetime", None) is real:
                patch.setattr(module, "datetime", Shifted)
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shift", [timedelta(), TWO_HOURS, -TWO_HOURS], ids=["right", "fast", "slow"])
def test_a_sender_whose_clock_is_two_hours_off_does_what_any_other_does(
    shift: timedelta, carrier: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(carrier)
    with clock_off_by(shift, monkeypatch):
        assert abs(timezone.now() - database_now() - shift) < timedelta(minutes=1)
        work()
    assert outcomes() == EXPECTED
    assert sorted(message.message_id for message in carrier.ledger) == sorted(
        str(message.pk) for message in Message.objects.filter(occasion__in=SENT)
    )


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_compared_leases_by_its_own_clock_would_be_noticed(
    carrier: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(carrier)
    by_own_clock = lambda self: self.filter(state=MessageState.SENDING, lease_until__lte=timezone.now())  # noqa: E731
    monkeypatch.setattr(MessageQuerySet, "abandoned", by_own_clock)
    with clock_off_by(TWO_HOURS, monkeypatch):
        work()
    assert outcomes() != EXPECTED


# What the sender finds, and what it must make of it, whatever its clock says: state, tries, times not found.
SENT = ("ready", "its later try is due", "its day has come", "a code that is still good", "left behind off the wire")
EXPECTED: Outcomes = {
    "ready": (MessageState.ACCEPTED, 1, 0),
    "its later try is due": (MessageState.ACCEPTED, 1, 0),
    "its later try is in an hour": (MessageState.PENDING, 0, 0),
    "its day has come": (MessageState.ACCEPTED, 1, 0),
    "its day is in an hour": (MessageState.PENDING, 0, 0),
    "a code that is still good": (MessageState.ACCEPTED, 1, 0),
    "a code that is worthless": (MessageState.EXPIRED, 0, 0),
    "left behind off the wire": (MessageState.ACCEPTED, 2, 0),
    "left behind on the wire": (MessageState.UNKNOWN, 1, 0),
    "in somebody's hands": (MessageState.SENDING, 1, 0),
    "in somebody's hands, on the wire": (MessageState.SENDING, 1, 0),
    "unknown, and to be looked for": (MessageState.UNKNOWN, 1, 1),
    "unknown, and to be looked for in an hour": (MessageState.UNKNOWN, 1, 0),
    "unknown, and in the list": (MessageState.ACCEPTED, 1, 0),
    "unknown, looked for once, and young": (MessageState.PENDING, 1, 0),
    "unknown, looked for once, and old": (MessageState.UNKNOWN, 1, 2),
    "accepted, and to be asked about": (MessageState.DELIVERED, 1, 0),
    "accepted, and to be asked about in an hour": (MessageState.ACCEPTED, 1, 0),
}


def prepare(carrier: AnsweringCarrier) -> None:
    """Owe one message for each line of the table, and bring it there by the database's clock."""
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    changes: dict[str, dict[str, object]] = {
        "its later try is due": {"next_try_at": Now() - second},
        "its later try is in an hour": {"next_try_at": Now() + hour},
        "its day has come": {"not_before": Now() - second},
        "its day is in an hour": {"not_before": Now() + hour},
        "a code that is still good": {"lane": Lane.CODES, "expires_at": Now() + hour},
        "a code that is worthless": {"lane": Lane.CODES, "expires_at": Now() - second},
        "left behind off the wire": SENDING | {"lease_until": Now() - second},
        "left behind on the wire": SENDING | {"lease_until": Now() - second},
        "in somebody's hands": SENDING | {"lease_until": Now() + hour},
        "in somebody's hands, on the wire": SENDING | {"lease_until": Now() + hour},
        "unknown, and to be looked for": UNSURE | {"next_check_at": Now() - second},
        "unknown, and to be looked for in an hour": UNSURE | {"next_check_at": Now() + hour},
        "unknown, and in the list": UNSURE | {"next_check_at": Now() - second},
        "unknown, looked for once, and young": UNSURE | {"times_not_found": 1, "next_check_at": Now() - second},
        "unknown, looked for once, and old": UNSURE
        | {
            "times_not_found": 1,
            "next_check_at": Now() - second,
            "unsure_since": Now() - timings().until_decision - second,
        },
        "accepted, and to be asked about": ACCEPTED | {"next_check_at": Now() - second},
        "accepted, and to be asked about in an hour": ACCEPTED | {"next_check_at": Now() + hour},
    }
    for occasion in EXPECTED:
        (message,) = owed(notice(recipient=f"citizen:{occasion}"), occasion=occasion)
        _bring(message, changes.get(occasion, {}))
    carrier.list(Message.objects.get(occasion="unknown, and in the list"))
    taken = Message.objects.get(occasion="accepted, and to be asked about")
    carrier.listed[taken.token or ""] = StatusReport(f"taken-{taken.pk}", Status.DELIVERED, "delivered", "")


SENDING: dict[str, object] = {"state": MessageState.SENDING, "tries": 1, "fence": 1, "carrier": "answering"}
UNSURE: dict[str, object] = SENDING | {"state": MessageState.UNKNOWN, "unsure_since": Now() - timedelta(minutes=90)}
ACCEPTED: dict[str, object] = SENDING | {"state": MessageState.ACCEPTED, "accepted_at": Now() - timedelta(hours=71)}


def _bring(message: Message, changes: dict[str, object]) -> None:
    Message.objects.filter(pk=message.pk).update(**changes)
    state = MessageState(str(changes.get("state", MessageState.PENDING)))
    if state == MessageState.PENDING:
        return
    is_open = state == MessageState.SENDING
    on_wire = "off the wire" not in message.occasion and message.occasion != "in somebody's hands"
    Attempt.objects.create(
        message=message,
        number=1,
        fence=1,
        carrier="answering",
        wire_at=database_now() if on_wire else None,
        ended_at=None if is_open else database_now(),
        outcome={MessageState.UNKNOWN: Outcome.UNKNOWN, MessageState.ACCEPTED: Outcome.ACCEPTED}.get(state, ""),
        provider_id=f"taken-{message.pk}" if state == MessageState.ACCEPTED else "",
    )


def work() -> None:
    """Do once what the tasks do, each with a connection of its own."""
    acts: tuple[Callable[[], object], ...] = (
        sweep.settle_abandoned,
        sweep.expire,
        lambda: delivery.drain(Lane.CODES),
        lambda: delivery.drain(Lane.NOTICES),
        reconciliation.check_due_messages,
    )
    for act in acts:
        act()
        connections.close_all()


def outcomes() -> Outcomes:
    return {m.occasion: (m.state, m.tries, m.times_not_found) for m in Message.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_leases_are_compared_and_given_in_sql_by_the_databases_clock(carrier: AnsweringCarrier) -> None:
    prepare(carrier)
    with CaptureQueriesContext(connection) as captured:
        sweep.settle_abandoned()
        delivery.drain(Lane.NOTICES)
    about = [query["sql"] for query in captured if "lease_until" in _after_the_columns(query["sql"])]
    compared = [sql for sql in about if re.search(r'"lease_until" [<>]', sql)]
    given = [sql for sql in about if re.search(r'SET .*"lease_until" = \(?STATEMENT_TIMESTAMP', sql)]
    # One of the sweep, and one for each slice that is marked; one for each claim.
    assert len(compared) >= 2
    assert given
    assert [sql for sql in compared if "STATEMENT_TIMESTAMP()" not in sql] == []
    assert [sql for sql in about if LITERAL_MOMENT.search(_after_the_columns(sql))] == []


@pytest.mark.django_db(transaction=True)
def test_a_stopped_route_opens_by_the_databases_clock(
    carrier: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = owed()
    ProviderRoute.objects.create(
        channel=Channel.SMS, carrier="answering", stopped_until=database_now() + timedelta(hours=1)
    )
    with clock_off_by(TWO_HOURS, monkeypatch):
        delivery.drain(Lane.NOTICES)
    message.refresh_from_db()
    assert (message.state, carrier.ledger) == (MessageState.PENDING, [])


def _after_the_columns(sql: str) -> str:
    """Return a statement without the columns that it selects."""
    return re.sub(r"^SELECT .*? FROM ", "", sql)


@pytest.mark.parametrize("name", DECIDING)
def test_no_module_that_decides_reads_the_clock_of_its_machine(name: str) -> None:
    assert readings((NOTIFICATIONS / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text", ["timezone.now()", "time.time()", "datetime.now(UTC)", "date.today()", "x = timezone.localtime()"]
)
def test_a_reading_of_the_clock_is_noticed(text: str) -> None:
    assert len(readings(text)) == 1


def readings(text: str) -> list[str]:
    """Return the calls that ask this machine what time it is; how much time has passed may be asked."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    named = {ast.unparse(call.func) for call in calls if not _converts(call)}
    asking = r"(?:.*\.)?(?:now|utcnow|today|localtime|localdate|gmtime|time_ns)|time\.time"
    return sorted(name for name in named if re.fullmatch(asking, name))


def _converts(call: ast.Call) -> bool:
    """Tell whether a call names the moment it is about."""
    return ast.unparse(call.func).endswith(("localtime", "localdate")) and bool(call.args)
