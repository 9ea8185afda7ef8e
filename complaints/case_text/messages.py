"""The messages of a case: what was or will be sent to the citizen, its name, and how far its delivery is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.contact import CITIZEN_PREFIX, DIRECTORATE_PREFIX, STAFF_PREFIX
from accounts.identity.disclosure import mask_phone
from accounts.phones import DOT
from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.engine import notices
from complaints.models import Case
from complaints.workflow import ACTIONS, Action, Party, State
from kit.compiled_reads import CompiledRead
from notifications.models import LEFT, REPEATABLE, CallOutcome, CallTask, Channel, Message, MessageState
from notifications.models.addresses import PushAddress
from notifications.runtime import timings
from notifications.sending.claims import morning_after, quiet_hours

#: The encrypted fields of a message, which no list decrypts.
SEALED: Final = ("address", "next_address", "other_address", "subject", "body", "context")

#: A message that could have been sent for this long and was not is shown as held up.
HELD_UP_AFTER: Final = timedelta(minutes=2)
#: The number of dots for a name of any length, so that they do not reveal it.
_HIDDEN: Final = 3


@dataclass(frozen=True)
class DeliveryStatus:
    """A status word with its colour, a sentence that may end in a moment, and what happens next."""

    word: str
    kind: str
    text: str
    at: datetime | None
    follows: str


def for_staff(message: Message, *, at: datetime, repeated: Message | None = None) -> DeliveryStatus:
    """Return the status of a message for staff; ``repeated`` is the message that replaced it."""
    return _status(
        message, _STAFF, [_repetition_sentence(message, repeated), _call_for_staff(_replacing_call(message))], at=at
    )


def for_citizen(message: Message, *, at: datetime, repeated: Message | None = None) -> DeliveryStatus:
    """Return the status of a message for its citizen; ``repeated`` is the message that replaced it."""
    return _status(
        message, _CITIZEN, [_repetition_sentence(message, repeated), _call_for_citizen(_replacing_call(message))], at=at
    )


def repetitions_in(messages: Iterable[Message]) -> dict[object, Message]:
    """Return the newest repetition of each of ``messages``, which are in the order they were made, by its key."""
    return {message.repeats_id: message for message in messages if message.repeats_id is not None}


def masked_address(message: Message) -> str:
    """Return the address of a message with all but its ends masked."""
    if message.channel == Channel.SMS:
        return mask_phone(message.address)
    if message.channel in REPEATABLE:
        return _host(message)
    name, _at, host = message.address.rpartition("@")
    return f"{name[:1]}{DOT * _HIDDEN}@{host}"


def _host(message: Message) -> str:
    """Return where a program or a push service is called; its whole address is as good as a key."""
    try:
        is_push = message.channel == Channel.PUSH
        url = PushAddress.read(message.address).endpoint if is_push else message.address
        return urlsplit(url).hostname or DOT * _HIDDEN
    except ValueError:
        return DOT * _HIDDEN


# ---- how far a message has come ----


class _Progress(Enum):
    """How far a message has come, in more detail than its state."""

    PLANNED = auto()
    NIGHT = auto()
    AGAIN = auto()
    WAITING = auto()
    HELD_UP = auto()
    SENDING = auto()
    ACCEPTED = auto()
    DELIVERED = auto()
    FAILED = auto()
    UNKNOWN = auto()
    UNDECIDED = auto()
    OVERTAKEN = auto()
    EXPIRED = auto()


#: For the states that need no further distinction.
_BY_STATE: Final[Mapping[str, _Progress]] = {
    MessageState.SENDING: _Progress.SENDING,
    MessageState.ACCEPTED: _Progress.ACCEPTED,
    MessageState.DELIVERED: _Progress.DELIVERED,
    MessageState.UNDELIVERABLE: _Progress.FAILED,
    MessageState.CANCELLED: _Progress.OVERTAKEN,
    MessageState.EXPIRED: _Progress.EXPIRED,
}


def _progress(message: Message, at: datetime) -> tuple[_Progress, datetime | None]:
    """Return the progress of a message, and the moment that belongs to it."""
    match message.state:
        case MessageState.PENDING:
            return _waits(message, at)
        case MessageState.UNKNOWN:
            since = message.unsure_since
            is_old = since is not None and at - since >= timings().until_decision
            return (_Progress.UNDECIDED if is_old else _Progress.UNKNOWN), since
        case MessageState.ACCEPTED:
            return _Progress.ACCEPTED, message.accepted_at
    return _BY_STATE[message.state], message.settled_at


def _waits(message: Message, at: datetime) -> tuple[_Progress, datetime | None]:
    morning = morning_after(at) if message.daytime and message.channel == Channel.SMS else None
    waits = [
        (_Progress.PLANNED, message.not_before),
        (_Progress.AGAIN, message.next_try_at),
        (_Progress.NIGHT, morning),
    ]
    later = [(progress, until) for progress, until in waits if until is not None and until > at]
    if later:
        return max(later, key=lambda pair: pair[1])
    return (_Progress.HELD_UP if at - _could_leave_since(message, at) >= HELD_UP_AFTER else _Progress.WAITING), None


def _could_leave_since(message: Message, at: datetime) -> datetime:
    """Return since when a waiting message could have been sent."""
    waited = [message.created_at, message.not_before, message.next_try_at]
    if message.daytime and message.channel == Channel.SMS:
        waited.append(_last_morning(at))
    return max(moment for moment in waited if moment is not None)


def _last_morning(at: datetime) -> datetime | None:
    """Return the newest end of quiet hours before ``at``."""
    hours = quiet_hours()
    if hours is None:
        return None
    local = timezone.localtime(at)
    morning = datetime.combine(local.date(), hours[1], tzinfo=local.tzinfo)
    return morning if morning <= local else morning - timedelta(days=1)


# ---- words ----


@dataclass(frozen=True)
class _Words:
    """The word, its colour and the sentence of one progress; what is ``dated`` ends in a moment, the word alone too."""

    word: StrPromise
    kind: str
    text: StrPromise | str = ""
    dated: bool = False


_WAITS = pgettext_lazy("state of a message", "Waiting")
_SENDING = pgettext_lazy("state of a message", "Being sent")
_DELIVERED = pgettext_lazy("state of a message", "Delivered")
_FAILED = pgettext_lazy("state of a message", "Not delivered")
_UNKNOWN = pgettext_lazy("state of a message", "Not certain")
_NOT_SENT = pgettext_lazy("state of a message", "Not sent")
_PLANNED = gettext_lazy("It will be sent on")
_SOON = gettext_lazy("It is about to be sent.")
_HELD_UP = gettext_lazy("Sending is delayed at the moment. The message will be sent automatically.")
_TOO_LATE = gettext_lazy("It could not be sent in time and is no longer needed.")
_ASKED = gettext_lazy("We do not know yet whether it arrived. We are checking.")

_STAFF: Final[Mapping[_Progress, _Words]] = {
    _Progress.PLANNED: _Words(_WAITS, "wait", _PLANNED, dated=True),
    _Progress.NIGHT: _Words(
        _WAITS, "wait", gettext_lazy("We do not send this message at night. It will be sent on"), dated=True
    ),
    _Progress.AGAIN: _Words(_WAITS, "warn", gettext_lazy("An attempt failed. The next one is on"), dated=True),
    _Progress.WAITING: _Words(_WAITS, "wait", _SOON),
    _Progress.HELD_UP: _Words(_WAITS, "warn", _HELD_UP),
    _Progress.SENDING: _Words(_SENDING, "wait"),
    _Progress.ACCEPTED: _Words(pgettext_lazy("state of a message", "Sent to carrier"), "info", dated=True),
    _Progress.DELIVERED: _Words(_DELIVERED, "ok", dated=True),
    _Progress.FAILED: _Words(_FAILED, "bad", gettext_lazy("Known since"), dated=True),
    _Progress.UNKNOWN: _Words(
        _UNKNOWN, "warn", gettext_lazy("We have been checking with the carrier since"), dated=True
    ),
    _Progress.UNDECIDED: _Words(
        _UNKNOWN, "bad", gettext_lazy("Staff must decide whether the carrier accepted it. Open since"), dated=True
    ),
    _Progress.OVERTAKEN: _Words(
        pgettext_lazy("state of a message", "Superseded"),
        "",
        gettext_lazy("No longer needed since"),
        dated=True,
    ),
    _Progress.EXPIRED: _Words(_NOT_SENT, "bad", _TOO_LATE),
}
_CITIZEN: Final[Mapping[_Progress, _Words]] = {
    _Progress.PLANNED: _Words(_WAITS, "", _PLANNED, dated=True),
    _Progress.NIGHT: _Words(
        _WAITS, "", gettext_lazy("We do not send this message at night. It will be sent on"), dated=True
    ),
    _Progress.AGAIN: _Words(_WAITS, "", gettext_lazy("It has not been sent yet. We will try again on"), dated=True),
    _Progress.WAITING: _Words(_WAITS, "", _SOON),
    _Progress.HELD_UP: _Words(_WAITS, "", _HELD_UP),
    _Progress.SENDING: _Words(_SENDING, ""),
    _Progress.ACCEPTED: _Words(pgettext_lazy("state of a message", "Sent"), "info", dated=True),
    _Progress.DELIVERED: _Words(_DELIVERED, "ok", dated=True),
    _Progress.FAILED: _Words(_FAILED, "warn"),
    _Progress.UNKNOWN: _Words(_UNKNOWN, "warn", _ASKED),
    _Progress.UNDECIDED: _Words(_UNKNOWN, "warn", _ASKED),
    _Progress.OVERTAKEN: _Words(_NOT_SENT, "", gettext_lazy("It was no longer needed.")),
    _Progress.EXPIRED: _Words(_NOT_SENT, "warn", _TOO_LATE),
}


def _status(
    message: Message, table: Mapping[_Progress, _Words], follows: Iterable[str], *, at: datetime
) -> DeliveryStatus:
    progress, moment = _progress(message, at)
    words = table[progress]
    says_nothing = words.dated and moment is None
    return DeliveryStatus(
        word=str(words.word),
        kind=words.kind,
        text="" if says_nothing else str(words.text),
        at=moment if words.dated else None,
        follows=" ".join(filter(None, follows)),
    )


def _repetition_sentence(message: Message, repeated: Message | None) -> str:
    if repeated is None:
        return ""
    if repeated.channel == message.channel:
        return _("We sent it again.")
    is_email = repeated.channel == Channel.EMAIL
    if message.state in LEFT:
        return _("We sent it by e-mail too.") if is_email else _("We sent it by SMS too.")
    return _("We sent it by e-mail instead.") if is_email else _("We sent it by SMS instead.")


def _replacing_call(message: Message) -> CallTask | None:
    """Return the call that replaces a message, which was fetched with it."""
    return getattr(message, "call_task", None)


def _call_for_staff(call: CallTask | None) -> str:
    match call:
        case None:
            return ""
        case CallTask(outcome=CallOutcome.REACHED):
            return _("The person was told by phone.")
        case CallTask(outcome=CallOutcome.WRONG_NUMBER):
            return _("We called, but the number belongs to someone else.")
        case CallTask(tries=0):
            return _("The contact centre will call the person.")
    words = ngettext(
        "We called the person %(count)s time without an answer.",
        "We called the person %(count)s times without an answer.",
        call.tries,
    )
    return words % {"count": call.tries}


def _call_for_citizen(call: CallTask | None) -> str:
    match call:
        case None:
            return ""
        case CallTask(outcome=CallOutcome.REACHED):
            return _("We told you by phone.")
        case CallTask(outcome=CallOutcome.WRONG_NUMBER):
            return _("We called, but the number we have is not yours. Please correct it in your account.")
        case CallTask(tries=0):
            return _("We will call you.")
    return _("We called you and got no answer. We will call again.")


# ---- The names of messages and of their recipients, for staff. ----


#: The name of each message by its template.
NAMES: Final[Mapping[str, StrPromise]] = {
    "code": gettext_lazy("Security code"),
    "registered": gettext_lazy("Registration is complete"),
    "already_registered": gettext_lazy("Account already exists"),
    "password_changed": gettext_lazy("Password changed"),
    "privacy_answered": gettext_lazy("Answer to a request about personal data"),
    "mandate_asked": gettext_lazy("A request for a mandate"),
    "mandate_given": gettext_lazy("A mandate has begun"),
    "mandate_refused": gettext_lazy("A request for a mandate was refused"),
    "mandate_ended": gettext_lazy("A mandate has ended"),
    "account_deleted": gettext_lazy("Account closed on request"),
    "data_breach": gettext_lazy("Notice of a data breach"),
    "problem_over": gettext_lazy("A known problem is over"),
    "status_not_found": gettext_lazy("No case with the number sent by SMS"),
    "phone_changed": gettext_lazy("Mobile number changed"),
    "phone_added": gettext_lazy("Mobile number added"),
    "address_changed": gettext_lazy("Address changed"),
    "identity_confirmed": gettext_lazy("Identity confirmed"),
    "identity_rejected": gettext_lazy("Identity not confirmed"),
    "identity_merged": gettext_lazy("Two accounts became one"),
    "case_received": gettext_lazy("Case received"),
    "case_received_triage": gettext_lazy("Case received, agency not yet known"),
    "case_filed_by_phone": gettext_lazy("Case filed by phone"),
    "case_accepted": gettext_lazy("Accepted, with the reply date"),
    "case_new_date": gettext_lazy("New reply date"),
    "case_earlier_date": gettext_lazy("Earlier reply date after a correction of the topic"),
    "case_delivered": gettext_lazy("Praise was passed on"),
    "case_question": gettext_lazy("A question to the citizen"),
    "case_resumed": gettext_lazy("Work continues without the citizen's answer"),
    "case_moved": gettext_lazy("Moved to another agency"),
    "case_triage": gettext_lazy("Finding the right agency"),
    "case_answered": gettext_lazy("Case answered"),
    "case_adopted": gettext_lazy("Suggestion adopted"),
    "case_not_adopted": gettext_lazy("Suggestion not adopted"),
    "case_rating": gettext_lazy("A question whether the answer helped"),
    "case_status": gettext_lazy("Status sent in reply to an SMS"),
    "case_withdrawn": gettext_lazy("Withdrawn by the citizen"),
    "case_archived": gettext_lazy("Case closed"),
    "case_objected": gettext_lazy("Objection received"),
    "case_upheld": gettext_lazy("The objection was accepted"),
    "case_dismissed": gettext_lazy("The answer was not changed"),
    "officer_new_case": gettext_lazy("To the officers: a new case"),
    "officer_praise": gettext_lazy("To the officers: praise to pass on"),
    "officer_recalled": gettext_lazy("To the officers: the CMU recalled a case"),
    "officer_reply": gettext_lazy("To the officers: the citizen answered"),
    "officer_added": gettext_lazy("To the officers: the citizen added information"),
    "officer_withdrawn": gettext_lazy("To the officers: the citizen withdrew a case"),
    "officer_upheld": gettext_lazy("To the officers: an objection was accepted"),
    "officer_assigned": gettext_lazy("To an officer: a case was assigned to them"),
    "officer_reminded": gettext_lazy("To an officer: a reminder from a colleague"),
    "officer_citizen_reminds": gettext_lazy("To an officer: a reminder from the citizen"),
    "officer_lapsed": gettext_lazy("To the officers: the citizen did not answer in time"),
    "officer_task": gettext_lazy("To the officers: another agency asks them to contribute"),
    "officer_task_answered": gettext_lazy("To the officers: another agency sent its contribution"),
    "officer_task_dropped": gettext_lazy("To the officers: their contribution is no longer needed"),
    "officer_date_refused": gettext_lazy("To the officers: a later date was refused"),
    "officer_sent_back": gettext_lazy("To the officers: a proposed answer was sent back"),
    "cmu_triage": gettext_lazy("To the CMU: a case needs an agency"),
    "cmu_objection": gettext_lazy("To the CMU: an objection"),
    "officer_decision": gettext_lazy("To the supervisor or the CMU: a proposal needs a decision"),
    "email_confirm": gettext_lazy("Confirmation of an e-mail address"),
    "email_changed": gettext_lazy("E-mail address changed"),
    "staff_new_password": gettext_lazy("To staff: a link for a new password"),
    "staff_password_changed": gettext_lazy("To staff: the password changed"),
    "staff_factor_added": gettext_lazy("To staff: a second step of signing in was added"),
    "staff_factor_removed": gettext_lazy("To staff: a second step of signing in was removed"),
    "staff_codes_renewed": gettext_lazy("To staff: the recovery codes were renewed"),
    "case_reminder": gettext_lazy("A reminder about the question to the citizen"),
    "case_late": gettext_lazy("The answer is late"),
    "case_unanswered": gettext_lazy("Closed without the citizen's answer"),
    "officer_due": gettext_lazy("To the officers: a case is due today"),
    "officer_directorate": gettext_lazy("To the officers: the directorate answered"),
    "directorate_request": gettext_lazy("To the directorate: a request for a time estimate and a finding"),
    "directorate_reminder": gettext_lazy("To the directorate: a reminder of the request"),
    "officer_centre": gettext_lazy("To the officers: the outside centre answered"),
    "centre_handover": gettext_lazy("To an outside centre: a case is handed over"),
    "webhook_handover": gettext_lazy("To the interface of an outside centre: a case"),
    "webhook_case": gettext_lazy("To the case system of an agency: a case"),
    "officer_digest": gettext_lazy("To the officers: today's cases"),
    "cmu_digest": gettext_lazy("To the CMU: today's decisions, and delays at agencies"),
    "praise_passed_on": gettext_lazy("To the supervisors: praise for one of their staff"),
    "officer_reminder": gettext_lazy("To the officers: a deadline is near"),
    "officer_silent": gettext_lazy("To the supervisors: an officer is inactive"),
    "officer_aside": gettext_lazy("To the supervisors: a case needs another officer"),
    "cmu_aside": gettext_lazy("To the CMU: no officer at the agency can handle a case"),
    "officer_took_over": gettext_lazy("To an officer: cases taken over from a colleague"),
    "ladder_late": gettext_lazy("To the supervisors: a deadline was missed"),
    "ladder_digest": gettext_lazy("To the secretary-general and the minister's office: late cases"),
    "ladder_explained": gettext_lazy("To the secretary-general and the minister's office: a delay was explained"),
    "officer_explain": gettext_lazy("To the officer and the supervisors: a delay is to be explained"),
    "cmu_asked": gettext_lazy("To the CMU: the citizen asks it to step in"),
    "cmu_own_late": gettext_lazy("To the CMU: its own decision is late"),
    "staff_invitation": gettext_lazy("To new staff: an invitation"),
    "staff_role_given": gettext_lazy("To a member of staff: a role was given"),
    "staff_role_ended": gettext_lazy("To a member of staff: a role ends"),
    "staff_account_closed": gettext_lazy("To a member of staff: the account is closed"),
    "staff_account_reopened": gettext_lazy("To a member of staff: the account is open again"),
    "directive_issued": gettext_lazy("To the heads of an agency: a directive"),
    "directive_reminder": gettext_lazy("To the heads of an agency: a directive is due soon"),
    "directive_late": gettext_lazy("To the escalation level: a directive is late"),
    "commitment_reminder": gettext_lazy("To the heads of an agency: a commitment is due soon"),
    "commitment_late": gettext_lazy("To the escalation level: a commitment is late"),
    "directive_level_vacant": gettext_lazy("To the head of the CMU: a directive, and the escalation level is vacant"),
    "directive_reported": gettext_lazy("To the issuer: a directive is reported as done"),
    "directive_sent_back": gettext_lazy("To the heads of an agency: a directive was sent back"),
    "directive_closed": gettext_lazy("To the heads of an agency: a directive is closed"),
    "directive_withdrawn": gettext_lazy("To the heads of an agency: a directive was withdrawn"),
    "report_released": gettext_lazy("To the addressee of reports: a report is released"),
    "annex_released": gettext_lazy("To the heads of an agency: the annex to a report"),
    "annex_reminder": gettext_lazy("To the heads of an agency: the annex is to be answered"),
    "annex_late": gettext_lazy("To the agency and the CMU: the answer to an annex is late"),
    "annex_answered": gettext_lazy("To the head of the CMU: an annex was answered"),
    "index_reply_open": gettext_lazy("To the heads of an agency: a draft of the commitment index awaits their reply"),
    "operator_alarm": gettext_lazy("To the operators: an alarm"),
}


def message_name(message: Message) -> str:
    """Return the name of a message for staff."""
    return str(NAMES.get(message.template, _("Message")))


def addressee_name(message: Message) -> str:
    """Return the kind of recipient of a message."""
    if message.recipient.startswith(CITIZEN_PREFIX):
        return _("Citizen")
    if message.recipient.startswith(DIRECTORATE_PREFIX):
        return _("Directorate")
    if message.recipient.startswith("centre:"):
        return _("Outside centre")
    if message.recipient.startswith("agency:"):
        return _("Case system of an agency")
    is_staff = message.recipient.startswith(STAFF_PREFIX)
    return pgettext("recipient", "Staff") if is_staff else pgettext("recipient", "Visitor")


# ---- Preview of the message an action sends the citizen, where it does not depend on the form. ----


def preview(action: Action, case: Case, *, at: datetime) -> Message | None:
    """Return, unsaved, the citizen's message if ``action`` is done now; None where there is none or it depends."""
    rule = ACTIONS[action]
    if not rule.is_previewed:
        return None
    template = next(tell.template for tell in rule.tells if tell.party == Party.CITIZEN)
    on = None
    if action == Action.ASK:
        due, _days = clockwork.due_in_state(State.WAITING, at=at, promised=None, calendar=current_calendar())
        on = timezone.localdate(due)
    return notices.preview(template, case=case, on=on, at=at)


# ---- The messages about a case to its citizen, each with its delivery status. ----


@dataclass(frozen=True)
class SentMessage:
    """One message to the citizen: the action it is about, its channel, masked address and delivery status.

    ``occasion`` is that of the message, or of the original for one that was sent again.
    """

    id: UUID
    occasion: str
    about: str
    channel: str
    address: str
    at: datetime
    delivery: DeliveryStatus


def case_messages(case: Case) -> list[Message]:
    """Return the messages about ``case`` without their texts, the oldest first, with the calls that replace them."""
    return _ABOUT.rows(reference=case.reference)


def _about(_shape: None, *, reference: str) -> QuerySet[Message]:
    sealed = [name for name in SEALED if name != "address"]
    about = Message.objects.filter(reference=reference).select_related("call_task")
    return about.defer(*sealed).order_by("created_at", "pk")


_ABOUT: Final = CompiledRead(_about, is_prepared=True)


def sent_to_citizen(messages: Sequence[Message], titles: Mapping[str, str], *, at: datetime) -> list[SentMessage]:
    """Return the citizen's messages, those of the newest action first; ``titles`` of the occasions are in order."""
    order = {occasion: place for place, occasion in enumerate(titles)}
    mine = [message for message in messages if message.recipient.startswith(CITIZEN_PREFIX)]
    mine.sort(key=lambda message: order.get(notices.first_occasion(message), -1))
    repeated = repetitions_in(mine)
    return [_sent_message(message, titles, repeated.get(message.pk), at=at) for message in reversed(mine)]


def _sent_message(
    message: Message, titles: Mapping[str, str], repeated: Message | None, *, at: datetime
) -> SentMessage:
    return SentMessage(
        id=message.pk,
        occasion=notices.first_occasion(message),
        about=titles.get(notices.first_occasion(message), message_name(message)),
        channel=message.get_channel_display(),
        address=masked_address(message),
        at=message.created_at,
        delivery=for_staff(message, at=at, repeated=repeated),
    )
