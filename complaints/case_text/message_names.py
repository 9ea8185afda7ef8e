"""The names of messages and of their recipients, for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _, gettext_lazy, pgettext
from django_stubs_ext import StrPromise

from accounts.contact import CITIZEN_PREFIX, DIRECTORATE_PREFIX, STAFF_PREFIX
from notifications.models import Message

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
