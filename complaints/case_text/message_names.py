"""The names of messages and of their recipients, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _, gettext_lazy, pgettext
from django_stubs_ext import StrPromise

from accounts.contact.recipients import CITIZEN_PREFIX, DIRECTORATE_PREFIX, STAFF_PREFIX
from notifications.models import Message

#: The name of each message by its template.
NAMES: Final[Mapping[str, StrPromise]] = {
    "code": gettext_lazy("One-time code"),
    "registered": gettext_lazy("Registration is complete"),
    "already_registered": gettext_lazy("There is an account already"),
    "password_changed": gettext_lazy("Password changed"),
    "phone_changed": gettext_lazy("Mobile number changed"),
    "phone_added": gettext_lazy("Mobile number added"),
    "case_received": gettext_lazy("The case has arrived"),
    "case_received_triage": gettext_lazy("The case has arrived, the agency is being found"),
    "case_filed_by_phone": gettext_lazy("The case was filed by telephone"),
    "case_accepted": gettext_lazy("Accepted, with the date of the reply"),
    "case_new_date": gettext_lazy("A new date of the reply"),
    "case_question": gettext_lazy("A question to the citizen"),
    "case_resumed": gettext_lazy("Work goes on without the citizen's reply"),
    "case_moved": gettext_lazy("It moved to another agency"),
    "case_triage": gettext_lazy("The right agency is being found"),
    "case_answered": gettext_lazy("The answer is there"),
    "case_withdrawn": gettext_lazy("Withdrawn by the citizen"),
    "case_archived": gettext_lazy("It was closed"),
    "case_objected": gettext_lazy("The objection has arrived"),
    "case_upheld": gettext_lazy("The objection was upheld"),
    "case_dismissed": gettext_lazy("The answer stands"),
    "officer_new_case": gettext_lazy("To the officers: a new case"),
    "officer_recalled": gettext_lazy("To the officers: the unit took a case back"),
    "officer_reply": gettext_lazy("To the officers: the citizen replied"),
    "officer_added": gettext_lazy("To the officers: the citizen added information"),
    "officer_withdrawn": gettext_lazy("To the officers: the citizen withdrew a case"),
    "officer_upheld": gettext_lazy("To the officers: an objection was upheld"),
    "officer_assigned": gettext_lazy("To an officer: a case was given to them"),
    "officer_reminded": gettext_lazy("To an officer: a reminder by a colleague"),
    "officer_lapsed": gettext_lazy("To the officers: no reply came in time"),
    "officer_task": gettext_lazy("To the officers: another agency asks for their part"),
    "officer_task_answered": gettext_lazy("To the officers: another agency answered its part"),
    "officer_task_dropped": gettext_lazy("To the officers: their part is no longer needed"),
    "officer_date_refused": gettext_lazy("To the officers: a later date was refused"),
    "officer_sent_back": gettext_lazy("To the officers: a proposed answer was sent back"),
    "cmu_triage": gettext_lazy("To the unit: a case waits for its agency"),
    "cmu_objection": gettext_lazy("To the unit: an objection"),
    "cmu_decision": gettext_lazy("To the unit: a proposal waits for its decision"),
    "email_confirm": gettext_lazy("Confirmation of an e-mail address"),
    "email_changed": gettext_lazy("E-mail address changed"),
    "case_reminder": gettext_lazy("A reminder of the question to the citizen"),
    "case_late": gettext_lazy("The answer is late"),
    "case_unanswered": gettext_lazy("It was closed without the citizen's reply"),
    "officer_due": gettext_lazy("To the officers: a case is due today"),
    "officer_directorate": gettext_lazy("To the officers: the directorate answered"),
    "directorate_request": gettext_lazy("To the directorate: a request for a time and a finding"),
    "directorate_reminder": gettext_lazy("To the directorate: a reminder of the request"),
    "officer_digest": gettext_lazy("To the officers: the cases of the day"),
    "praise_passed_on": gettext_lazy("To the supervisors: praise for one of their staff"),
    "officer_reminder": gettext_lazy("To the officers: a deadline comes near"),
    "officer_silent": gettext_lazy("To the supervisors: an officer does not sign in"),
    "officer_aside": gettext_lazy("To the supervisors: a case needs another officer"),
    "cmu_aside": gettext_lazy("To the unit: nobody at the agency can act on a case"),
    "officer_took_over": gettext_lazy("To an officer: the cases of a colleague"),
    "ladder_late": gettext_lazy("To the superiors: a deadline was missed"),
    "cmu_late": gettext_lazy("To the unit: a deadline was missed and reported"),
    "cmu_rung_empty": gettext_lazy("To the unit: a missed deadline found nobody"),
    "cmu_own_late": gettext_lazy("To the unit: a decision of its own is late"),
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
    is_staff = message.recipient.startswith(STAFF_PREFIX)
    return pgettext("recipient", "Staff") if is_staff else pgettext("recipient", "Visitor")
