"""The count at the end of a run: what is owed by the database, against what the provider's own ledger took."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from notifications.models import Lane, Message, MessageState
from tests.faults.plan import Found, Plan
from tests.faults.provider import Entry

MOST_EVIDENCE = 12
#: A code of which it is not known whether it was taken is never sent again: whoever waits for it asks for another.
MAY_BE_MISSING = (MessageState.UNKNOWN, MessageState.EXPIRED)
NOT_SENT = (MessageState.CANCELLED, MessageState.EXPIRED)
STILL_OPEN = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)
WRONG = ("lost", "duplicate", "sent_though_overtaken")


def count(plan: Plan, found: Found, register: Path, ledger: Sequence[Entry]) -> None:
    """Fill in what was lost, sent twice, forgotten and never owed; each case with its evidence."""
    owed = set(register.read_text().split())
    messages = list(Message.objects.order_by("created_at").prefetch_related("attempts__receipts"))
    # Each message has a person and a text of its own; the same text, or anything else, to the same person is a second.
    taken, texts = Counter(entry.to for entry in ledger), {(_to(m), m.body) for m in messages}
    for message in messages:
        fate = _fate(message, taken[_to(message)])
        if fate:
            setattr(found, fate, getattr(found, fate) + 1)
        if fate in WRONG:
            _keep(found, message, [entry for entry in ledger if entry.to == _to(message)])
    found.messages = len(messages)
    found.unowed = sum((entry.to, entry.body) not in texts for entry in ledger)
    found.forgotten = len(owed - {message.occasion for message in messages})
    found.undecided = sum(m.state == MessageState.UNKNOWN and m.lane == Lane.NOTICES for m in messages)
    found.unsettled = sum(m.state in _open_states(plan) and _fate(m, 0) != "given_up" for m in messages)
    found.states = dict(Counter(f"{m.lane} {m.state}" for m in messages))


def _to(message: Message) -> str:
    """Return under which name the far end writes a message down: the person's address, or what a call is about."""
    return message.reference if message.lane == Lane.WEBHOOKS else message.address


def _fate(message: Message, times: int) -> str:
    """Return under which name a message is counted that was taken so many times; nothing to say is an empty one."""
    if times > 1:
        return "duplicate"
    if times == 1:
        return "sent_though_overtaken" if message.state in NOT_SENT and message.lane == Lane.NOTICES else ""
    if message.lane == Lane.CODES and message.state in MAY_BE_MISSING:
        return "given_up"
    if message.state in STILL_OPEN:
        return ""  # it waits, and is counted as unsettled
    return "overtaken" if message.state in NOT_SENT and message.expires_at else "lost"


def _open_states(plan: Plan) -> tuple[MessageState, ...]:
    return (*STILL_OPEN, MessageState.ACCEPTED) if plan.to_the_end else STILL_OPEN


def _keep(found: Found, message: Message, entries: Sequence[Entry]) -> None:
    """Write down what happened to a message that was lost or sent twice."""
    if len(found.evidence) >= MOST_EVIDENCE:
        return
    lines = [f"{message.occasion} {message.lane} {message.state}, owed {message.created_at:%H:%M:%S.%f}"]
    for attempt in message.attempts.all():
        moments = (attempt.started_at, attempt.wire_at, attempt.ended_at)
        words = [f"{at:%S.%f}" if at else "–" for at in moments]
        words += [attempt.outcome, attempt.error_code, attempt.provider_id]
        said = ", ".join(f"{receipt.status} {receipt.received_at:%S.%f}" for receipt in attempt.receipts.all())
        lines.append(f"  try {attempt.number} {' '.join(words)} [{said}]")
    lines += [f"  taken {entry.at} {entry.sid} {entry.how}" for entry in entries]
    found.evidence.append("\n".join(lines))
