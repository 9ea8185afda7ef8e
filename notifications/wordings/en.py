"""The built-in words of every message in English."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

SERVICE_NAME: Final = "At Your Service"
CASE_KINDS: Final[Mapping[str, str]] = {
    "complaint": "complaint",
    "suggestion": "suggestion",
    "inquiry": "inquiry",
    "praise": "praise",
}
WIDEST_LETTER: Final = "W"

WORDINGS: Final[Mapping[str, Wording]] = {
    "code": Wording(
        sms="{code} is your At Your Service code. Do not share it.\n@{host} #{code}",
        subject="Your At Your Service code",
        text="{code} is your At Your Service code. Do not share it.",
        marked=False,
    ),
    "registered": Wording(
        sms="You are registered with At Your Service and can now file your cases.",
        subject="You are registered with At Your Service",
        text="You are registered with At Your Service. You can now file your cases and follow them.",
    ),
    "already_registered": Wording(
        sms="You already have an At Your Service account. Sign in, or choose: I forgot my password.",
        subject="You already have an At Your Service account",
        text="Somebody asked to register with your details, and you already have an At Your Service account. Sign in, "
        "or choose “I forgot my password”. If this was not you, you need do nothing.",
    ),
    "password_changed": Wording(
        sms="Your At Your Service password changed. Not you? {phone}",
        subject="Your At Your Service password changed",
        text="Your At Your Service password changed. If this was not you, call {phone}.",
    ),
    "phone_changed": Wording(
        sms="This is no longer the number of your At Your Service account. Not you? {phone}",
        subject="Your At Your Service phone number changed",
        text="The phone number of your At Your Service account changed. If this was not you, call {phone}.",
    ),
    "phone_added": Wording(
        sms="Your number was added to an At Your Service account. Not you? {phone}",
        subject="A phone number was added to your At Your Service account",
        text="A phone number was added to your At Your Service account. If this was not you, call {phone}.",
    ),
    "case_received": Wording(
        sms="We have your case. Tracking number {ref}. {link}",
        subject="We have your case {ref}",
        text="We have your case. Your tracking number is {ref}.",
    ),
    "case_received_triage": Wording(
        sms="We have your case {ref} and are finding the right agency for it. {link}",
        subject="We have your case {ref}",
        text="We have your case. Your tracking number is {ref}. We are finding the right agency for it; you need do "
        "nothing.",
    ),
    "case_accepted": Wording(
        sms="{Kind} {ref}: accepted by {agency}. Reply by {date}.",
        subject="Your case {ref} is in progress",
        text="Your case {ref} was accepted by {agency}. You will have a reply by {date}.",
    ),
    "case_question": Wording(
        sms="{Kind} {ref}: the agency has a question for you until {date}. {link}",
        subject="Your case {ref} waits for your answer",
        text="There is a question for you in your case {ref}. Please answer it by {date}.",
    ),
    "case_resumed": Wording(
        sms="{Kind} {ref}: we had no answer from you, so the agency goes on without it. {link}",
        subject="Your case {ref} is in progress",
        text="We had no answer from you in your case {ref}, so the agency goes on without it.",
    ),
    "case_moved": Wording(
        sms="{Kind} {ref} moved to {agency}. You need do nothing.",
        subject="Your case {ref} moved to another agency",
        text="Your case {ref} moved to {agency}. You need do nothing.",
    ),
    "case_triage": Wording(
        sms="{Kind} {ref}: we are finding the right agency. You need do nothing.",
        subject="We are finding the right agency for your case {ref}",
        text="We are finding the right agency for your case {ref}. You need do nothing.",
    ),
    "case_new_date": Wording(
        sms="{Kind} {ref}: new reply date {date}. Why: {link}",
        subject="New reply date for your case {ref}",
        text="The new date for the reply to your case {ref} is {date}. The page of the case says why.",
    ),
    "case_answered": Wording(
        sms="{Kind} {ref} is answered. Read it: {link}",
        subject="Your case {ref} is answered",
        text="Your case {ref} is answered. Read the answer on the page of the case.",
    ),
    "case_withdrawn": Wording(
        sms="{Kind} {ref} was withdrawn as you asked. Not you? {phone}",
        subject="Your case {ref} was withdrawn",
        text="Your case {ref} was withdrawn as you asked. If this was not you, call {phone}.",
    ),
    "case_archived": Wording(
        sms="{Kind} {ref} was closed without being taken up. Why: {link}",
        subject="Your case {ref} was closed",
        text="Your case {ref} was closed without being taken up. The page of the case says why.",
    ),
    "case_objected": Wording(
        sms="{Kind} {ref}: we have your objection. Decision by {date}.",
        subject="We have your objection in case {ref}",
        text="We have your objection to the reply in your case {ref}. You will have a decision by {date}.",
    ),
    "case_upheld": Wording(
        sms="{Kind} {ref}: your objection was upheld. New reply by {date}.",
        subject="Your case {ref} is open again",
        text="Your objection was upheld and your case {ref} is open again. You will have a new reply by {date}.",
    ),
    "case_dismissed": Wording(
        sms="{Kind} {ref}: your objection was not upheld. Why: {link}",
        subject="The decision on your objection in case {ref}",
        text="Your objection to the reply in your case {ref} was not upheld. The page of the case says why.",
    ),
    "case_filed_by_phone": Wording(
        sms="We filed your {kind} by phone: {ref}. Follow: {link}",
        subject="We filed your case {ref}",
        text="We filed your case by phone. Your tracking number is {ref}.",
    ),
    "officer_new_case": Wording(
        sms="New {kind} {ref} for your agency. Decide competence by {date}.",
        subject="New case {ref} for your agency",
        text="A new case ({kind}) came to your agency: {ref}. Decide whether it is yours by {date}.",
    ),
    "officer_recalled": Wording(
        sms="The CMU took case {ref} back from your agency.",
        subject="The CMU took back case {ref}",
        text="The Complaints Management Unit took case {ref} back from your agency. You need do nothing more in it.",
    ),
    "officer_reply": Wording(
        sms="Your question in case {ref} was answered.",
        subject="An answer in case {ref}",
        text="The person who filed case {ref} answered your question. The case is with you again.",
    ),
    "officer_added": Wording(
        sms="New information was added to case {ref}.",
        subject="New information in case {ref}",
        text="The person who filed case {ref} added information to it.",
    ),
    "officer_withdrawn": Wording(
        sms="Case {ref} was withdrawn by the person who filed it. You need do nothing.",
        subject="Case {ref} was withdrawn",
        text="Case {ref} was withdrawn by the person who filed it. You need do nothing.",
    ),
    "officer_upheld": Wording(
        sms="Case {ref} is open again: the objection was upheld. Reply by {date}.",
        subject="Case {ref} is open again",
        text="The objection to the reply in case {ref} was upheld, and the case is open again. Reply by {date}.",
    ),
    "officer_assigned": Wording(
        sms="Case {ref} was given to you.",
        subject="Case {ref} was given to you",
        text="Case {ref} was given to you. You go on with it from here.",
    ),
    "officer_reminded": Wording(
        sms="Reminder: case {ref} waits for you.",
        subject="A reminder of case {ref}",
        text="Case {ref} waits for you. A colleague or the Complaints Management Unit reminds you of it.",
    ),
    "officer_lapsed": Wording(
        sms="Your question in case {ref} had no answer in time. Go on without it.",
        subject="No answer in time in case {ref}",
        text="Your question in case {ref} had no answer in time. Go on without it.",
    ),
    "officer_task": Wording(
        sms="Your answer is needed in case {ref} of another agency by {date}.",
        subject="Your answer is needed in case {ref}",
        text="{agency} needs your answer on the part of case {ref} that is yours, by {date}.",
    ),
    "officer_task_answered": Wording(
        sms="The agency you asked has answered in case {ref}.",
        subject="Another agency has answered in case {ref}",
        text="The agency you asked has answered in case {ref}.",
    ),
    "officer_task_dropped": Wording(
        sms="Your answer in case {ref} is no longer needed.",
        subject="Your answer in case {ref} is no longer needed",
        text="Your answer on the part of case {ref} that was yours is no longer needed. You need do nothing.",
    ),
    "officer_date_refused": Wording(
        sms="The later date for case {ref} was refused. Its date stays.",
        subject="The later date for case {ref} was refused",
        text="The later date for case {ref} was refused, and its date stays. The reason is on its page.",
    ),
    "officer_sent_back": Wording(
        sms="The proposed answer in case {ref} was sent back to be changed.",
        subject="The proposed answer in case {ref} was sent back",
        text="The proposed answer in case {ref} was sent back to be changed. The reason is on its page.",
    ),
    "cmu_triage": Wording(
        sms="Case {ref} waits for its agency to be found by {date}.",
        subject="Case {ref} waits for an agency",
        text="Case {ref} waits for its agency to be found by {date}.",
    ),
    "cmu_objection": Wording(
        sms="Objection to the reply in case {ref}. Decide by {date}.",
        subject="Objection in case {ref}",
        text="There is an objection to the reply in case {ref}. Decide on it by {date}.",
    ),
    "cmu_decision": Wording(
        sms="",
        subject="Case {ref} waits for your decision",
        text="In case {ref} {agency} proposes a later date or an answer, and the decision is yours. "
        "The page of the case shows it.",
    ),
    "email_confirm": Wording(
        sms="",
        subject="Confirm your e-mail address for At Your Service",
        text="To get the replies to your cases by e-mail, confirm this address here:\n\n{url}\n\n"
        "If you did not ask for this, you need do nothing, and we will not write to this address again.",
    ),
    "email_changed": Wording(
        sms="",
        subject="The e-mail address of your At Your Service account changed",
        text="This is no longer the e-mail address of your At Your Service account. If this was not you, call {phone}.",
    ),
    "case_reminder": Wording(
        sms="Reminder: {ref} needs your answer by {date}. {link}",
        subject="Reminder: your case {ref} waits for your answer",
        text="There is still a question for you in your case {ref}. Please answer it by {date}.",
    ),
    "case_late": Wording(
        sms="Sorry, the reply to {ref} is late. We have escalated it.",
        subject="The reply to your case {ref} is late",
        text="Sorry, the reply to your case {ref} is late. We have escalated it. You need do nothing.",
    ),
    "case_unanswered": Wording(
        sms="Case {ref} was closed as we had no answer from you. To object: {link}",
        subject="Your case {ref} was closed",
        text="Your case {ref} was closed as we had no answer from you. You can object on the page of the case.",
    ),
    "officer_due": Wording(
        sms="Case {ref} is due today and has no reply.",
        subject="Case {ref} is due today",
        text="Case {ref} is due today and has no reply.",
    ),
    "officer_digest": Wording(
        sms="",
        subject="The cases of your agency on {date}",
        text="The cases of your agency on {date}:\n\nDue today: {due_today}\nAt risk: {at_risk}\nReturned: {returned}\n"
        "Messages that failed: {failed}\n\nYour work queue:\n\n{url}",
    ),
    "praise_passed_on": Wording(
        sms="",
        subject="Praise for somebody you supervise: {ref}",
        text="Praise {ref} names somebody at {agency} and has been answered. Please pass the thanks on. "
        "The page of the case says whom it is for.",
    ),
    "officer_directorate": Wording(
        sms="The directorate answered in case {ref}.",
        subject="The directorate answered in case {ref}",
        text="The directorate gave its time or its finding in case {ref}. The page of the case shows it.",
    ),
    "directorate_request": Wording(
        sms="",
        subject="{agency} asks you about case {ref}",
        text="{agency} asks your directorate for the time it needs in case {ref}, and for its finding. Read and answer "
        "here, without an account:\n\n{url}\n\nThe link works until {date}. It opens this case only: pass it on to "
        "nobody "
        "outside your directorate.",
    ),
    "directorate_reminder": Wording(
        sms="",
        subject="Reminder: {agency} waits for you in case {ref}",
        text="{agency} waits for the answer of your directorate in case {ref}. Answer here, without an "
        "account:\n\n{url}"
        "\n\nThe link works until {date}. It opens this case only: pass it on to nobody outside your directorate.",
    ),
    "officer_reminder": Wording(
        sms="Reminder: case {ref} has a deadline on {date}.",
        subject="Case {ref} has a deadline on {date}",
        text="Reminder: case {ref} has a deadline on {date}. What it waits for has not been recorded yet.",
    ),
    "officer_silent": Wording(
        sms="",
        subject="Cases at {agency} wait for another officer",
        text="An officer of {agency} has not signed in for a long time. Open cases that wait for somebody else now: "
        "{count}. The page of the officers shows whose they were and who can take them.",
    ),
    "officer_aside": Wording(
        sms="Case {ref} needs another officer.",
        subject="Case {ref} needs another officer",
        text="The officer of case {ref} cannot handle it. Give it to a colleague.",
    ),
    "cmu_aside": Wording(
        sms="",
        subject="Nobody at {agency} can act on case {ref}",
        text="Nobody who is left at {agency} can act on case {ref}. Open it and decide who goes on with it.",
    ),
    "officer_took_over": Wording(
        sms="",
        subject="Cases at {agency} are with you now",
        text="Open cases at {agency} that are with you now: {count}. Your work queue shows them.",
    ),
    "ladder_late": Wording(
        sms="Case {ref} at {agency} missed its deadline of {date}.",
        subject="Case {ref} is late",
        text="Case {ref} at {agency} missed its deadline of {date}. You are told because the people before you did not "
        "end it in time.",
    ),
    "cmu_late": Wording(
        sms="",
        subject="Case {ref} is late at {agency}",
        text="Case {ref} at {agency} missed its deadline of {date}. It was reported to: {rung}.",
    ),
    "cmu_rung_empty": Wording(
        sms="",
        subject="Nobody to report case {ref} to at {agency}",
        text="Case {ref} at {agency} missed its deadline of {date}, and this place is empty there: {rung}. "
        "It goes one step further up.",
    ),
    "cmu_own_late": Wording(
        sms="Case {ref} is late with the unit: {date}.",
        subject="Case {ref} is late with the unit",
        text="Case {ref} waits for a decision of the unit that was due by {date}.",
    ),
    "operator_alarm": Wording(
        sms="At Your Service, {date}: {alarm}.",
        subject="At Your Service alarm: {alarm}",
        text="Alarm of {date}: {alarm}. The page of messages has the details, the runbook the steps.",
    ),
}
