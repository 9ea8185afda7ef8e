"""The built-in words of every message in English."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings import en_accounts, en_reports, en_staff
from notifications.wordings.wording import Wording

SERVICE_NAME: Final = "At Your Service"
CASE_KINDS: Final[Mapping[str, str]] = {
    "complaint": "complaint",
    "suggestion": "suggestion",
    "inquiry": "inquiry",
    "praise": "praise",
}
# {yours}, which Arabic needs; the English texts say "your {kind}", which may begin a sentence.
YOUR_CASES: Final[Mapping[str, str]] = {
    "complaint": "your complaint",
    "suggestion": "your suggestion",
    "inquiry": "your inquiry",
    "praise": "your praise",
}
WIDEST_LETTER: Final = "W"

WORDINGS: Final[Mapping[str, Wording]] = {
    **en_accounts.WORDINGS,
    "case_received": Wording(
        sms="We have your {kind}. Tracking number {ref}. {link}",
        subject="We have your {kind} {ref}",
        text="We have your {kind}. Your tracking number is {ref}.",
    ),
    "case_received_triage": Wording(
        sms="We have your {kind} {ref} and are finding the right agency for it. {link}",
        subject="We have your {kind} {ref}",
        text="We have your {kind}. Your tracking number is {ref}. We are finding the right agency for it. You do not "
        "need to do anything.",
    ),
    "case_accepted": Wording(
        sms="{Kind} {ref}: accepted by {agency}. Reply by {date}. {link}",
        subject="Your {kind} {ref} is in progress",
        text="{agency} has accepted your {kind} {ref}. You will have a reply by {date}.",
    ),
    "case_question": Wording(
        sms="{Kind} {ref}: we have a question for you. Please answer it by {date}. {link}",
        subject="Your {kind} {ref}: we need your answer",
        text="We have a question about your {kind} {ref}. Please answer it by {date}.",
    ),
    "case_resumed": Wording(
        sms="{Kind} {ref}: we had no answer from you, so we are continuing without it. {link}",
        subject="Your {kind} {ref}: we are continuing without your answer",
        text="We had no answer to our question about your {kind} {ref}, so we are continuing without it. You can still "
        "add information.",
    ),
    "case_moved": Wording(
        sms="{Kind} {ref} moved to {agency}. {link}",
        subject="Your {kind} {ref} moved to {agency}",
        text="Your {kind} {ref} moved to {agency}. You do not need to do anything.",
    ),
    "case_triage": Wording(
        sms="{Kind} {ref}: we are finding the right agency. {link}",
        subject="We are finding the right agency for your {kind} {ref}",
        text="We are finding the right agency for your {kind} {ref}. You do not need to do anything.",
    ),
    "case_new_date": Wording(
        sms="{Kind} {ref}: new reply date {date}. Why: {link}",
        subject="New reply date for your {kind} {ref}",
        text="The new date for the reply to your {kind} {ref} is {date}. Read the reason here:",
    ),
    "case_earlier_date": Wording(
        sms="{Kind} {ref}: earlier reply date {date}. Details: {link}",
        subject="Earlier reply date for your {kind} {ref}",
        text="We corrected the topic of your {kind} {ref}, so the reply is due earlier: {date}. See the details here:",
    ),
    "case_delivered": Wording(
        sms="Your praise {ref} has reached {agency}. {link}",
        subject="Your praise {ref} has been passed on",
        text="Your praise {ref} has been passed on at {agency} to the people it is for. Thank you for it.",
    ),
    "case_answered": Wording(
        sms="Your {kind} {ref} has been answered. Read the answer: {link}",
        subject="Your {kind} {ref} has been answered",
        text="Your {kind} {ref} has been answered. Read the answer here:",
    ),
    "case_adopted": Wording(
        sms="Your suggestion {ref} was adopted. What will change: {link}",
        subject="Your suggestion {ref} was adopted",
        text="Your suggestion {ref} was adopted. Read here what will change and when:",
    ),
    "case_not_adopted": Wording(
        sms="Your suggestion {ref} was considered but not adopted. Why: {link}",
        subject="Your suggestion {ref} was not adopted",
        text="Your suggestion {ref} was considered but not adopted. Read the reasons here:",
    ),
    "case_status": Wording(
        sms="{Kind} {ref}: {status}. {link}",
        subject="The status of your {kind} {ref}",
        text="The status of your {kind} {ref}: {status}.",
    ),
    "case_withdrawn": Wording(
        sms="{Kind} {ref} was withdrawn as you asked. Not you? Call {phone} {link}",
        subject="Your {kind} {ref} was withdrawn",
        text="Your {kind} {ref} was withdrawn as you asked. If this was not you, call {phone}.",
    ),
    "case_archived": Wording(
        sms="We could not take up your {kind} {ref} and have closed it. Why: {link}",
        subject="Your {kind} {ref} was closed",
        text="We could not take up your {kind} {ref} and have closed it. Read the reason here:",
    ),
    "case_objected": Wording(
        sms="{Kind} {ref}: we have your objection. Decision by {date}. {link}",
        subject="We have your objection about your {kind} {ref}",
        text="We have your objection about your {kind} {ref}. You will have a decision by {date}.",
    ),
    "case_upheld": Wording(
        sms="{Kind} {ref}: your objection was accepted. New reply by {date}. {link}",
        subject="Your {kind} {ref} is open again",
        text="Your objection was accepted and your {kind} {ref} is open again. You will have a new reply by {date}.",
    ),
    "case_dismissed": Wording(
        sms="{Kind} {ref}: your objection was rejected. Why: {link}",
        subject="The decision on your objection about your {kind} {ref}",
        text="Your objection about your {kind} {ref} was rejected. Read the reasons here:",
    ),
    "case_filed_by_phone": Wording(
        sms="We recorded your {kind} by phone: {ref}. Follow it: {link}",
        subject="We recorded your {kind} {ref}",
        text="We recorded your {kind} by phone. Your tracking number is {ref}.",
    ),
    "case_rating": Wording(
        sms="Did the answer to {kind} {ref} help you? Please tell us: {link}",
        subject="Did the answer to your {kind} {ref} help?",
        text="Your {kind} {ref} was answered some days ago. Did the answer help, and how were you treated? We ask only "
        "once, and you do not have to answer. Tell us here, without signing in:",
    ),
    "officer_new_case": Wording(
        sms="New {kind} {ref} for your agency. Accept or decline by {date}. {link}",
        subject="New case {ref} for your agency",
        text="A new case ({kind}) came to your agency: {ref}. Accept or decline it by {date}.",
    ),
    "officer_praise": Wording(
        sms="Praise {ref}: pass it on and confirm by {date}. {link}",
        subject="New praise {ref} for your agency",
        text="Praise came to your agency: {ref}. Pass it on to the people it is for, and confirm it by {date}. You do "
        "not need to confirm responsibility or write an answer.",
    ),
    "officer_recalled": Wording(
        sms="The CMU recalled case {ref} from your agency. {link}",
        subject="The CMU recalled case {ref}",
        text="The CMU recalled case {ref} from your agency. You do not need to do anything more about it.",
    ),
    "officer_reply": Wording(
        sms="Your question in case {ref} was answered. {link}",
        subject="An answer to your question in case {ref}",
        text="The person who filed case {ref} answered your question. The case is with you again.",
    ),
    "officer_added": Wording(
        sms="The person who filed case {ref} added information. {link}",
        subject="New information in case {ref}",
        text="The person who filed case {ref} added information or corrected the text.",
    ),
    "officer_withdrawn": Wording(
        sms="Case {ref} was withdrawn by the person who filed it. {link}",
        subject="Case {ref} was withdrawn",
        text="Case {ref} was withdrawn by the person who filed it. You do not need to do anything.",
    ),
    "officer_upheld": Wording(
        sms="Case {ref} is open again: the objection was accepted. Reply by {date}. {link}",
        subject="Case {ref} is open again",
        text="The objection in case {ref} was accepted, and the case is open again. Reply by {date}.",
    ),
    "officer_assigned": Wording(
        sms="Case {ref} is now assigned to you. {link}",
        subject="Case {ref} is now assigned to you",
        text="Case {ref} is now assigned to you. Please continue the work on it.",
    ),
    "officer_reminded": Wording(
        sms="Reminder: case {ref} is waiting for you. {link}",
        subject="Reminder: case {ref} is waiting for you",
        text="Case {ref} is waiting for you. A colleague or the CMU sent this reminder.",
    ),
    "officer_citizen_reminds": Wording(
        sms="",
        subject="The citizen reminds you of case {ref}",
        text="Case {ref} is late, and the person who filed it sent a reminder. Please answer it or set a date.",
    ),
    "officer_lapsed": Wording(
        sms="Your question in case {ref} had no answer in time. Continue without it. {link}",
        subject="No answer in time in case {ref}",
        text="Your question in case {ref} had no answer in time. Continue without it.",
    ),
    "officer_task": Wording(
        sms="Another agency asks you to contribute to case {ref} by {date}. {link}",
        subject="Your contribution to case {ref} is needed",
        text="{agency} asks you to contribute to case {ref} by {date}. Answer the part that concerns your agency.",
    ),
    "officer_task_answered": Wording(
        sms="The agency you asked has contributed to case {ref}. {link}",
        subject="Another agency has contributed to case {ref}",
        text="The agency you asked has contributed to case {ref}.",
    ),
    "officer_task_dropped": Wording(
        sms="Your contribution to case {ref} is no longer needed. {link}",
        subject="Your contribution to case {ref} is no longer needed",
        text="Your contribution to case {ref} is no longer needed. You do not need to do anything.",
    ),
    "officer_date_refused": Wording(
        sms="The extension for case {ref} was refused. Its deadline stays the same. {link}",
        subject="The extension for case {ref} was refused",
        text="The extension for case {ref} was refused, and its deadline stays the same. The case page gives the "
        "reason.",
    ),
    "officer_sent_back": Wording(
        sms="The proposed answer in case {ref} was sent back for changes. {link}",
        subject="The proposed answer in case {ref} was sent back",
        text="The proposed answer in case {ref} was sent back for changes. The case page gives the reason.",
    ),
    "cmu_triage": Wording(
        sms="Find the responsible agency for case {ref} by {date}. {link}",
        subject="Case {ref} needs an agency",
        text="Case {ref} is in triage. Find the responsible agency by {date}.",
    ),
    "cmu_objection": Wording(
        sms="Objection in case {ref}. Decide by {date}. {link}",
        subject="Objection in case {ref}",
        text="There is an objection in case {ref}. Decide on it by {date}.",
    ),
    "officer_decision": Wording(
        sms="",
        subject="Case {ref} is waiting for your decision",
        text="An extension or an answer is proposed in case {ref} at {agency}, and the decision is yours. The case "
        "page has the details.",
    ),
    "email_confirm": Wording(
        sms="",
        subject="Confirm your e-mail address for At Your Service",
        text="To get the replies to your cases by e-mail, confirm this address here:\n\n{url}\n\n"
        "If you did not ask for this, ignore this message. We send nothing else to an address that its owner has not "
        "confirmed.",
    ),
    "email_changed": Wording(
        sms="",
        subject="The e-mail address of your At Your Service account changed",
        text="This is no longer the e-mail address of your At Your Service account. If this was not you, call {phone}.",
    ),
    "case_reminder": Wording(
        sms="Reminder: {ref} needs your answer by {date}. {link}",
        subject="Reminder: your {kind} {ref} needs your answer",
        text="We still have a question about your {kind} {ref}. Please answer it by {date}.",
    ),
    "case_late": Wording(
        sms="Sorry, the reply to {ref} is late. We have escalated it. {link}",
        subject="The reply to your {kind} {ref} is late",
        text="Sorry, the reply to your {kind} {ref} is late. We have escalated it. {late} You do not need to do "
        "anything.",
    ),
    "case_unanswered": Wording(
        sms="{Kind} {ref} was closed because we had no answer from you. To object: {link}",
        subject="Your {kind} {ref} was closed",
        text="Your {kind} {ref} was closed because we had no answer from you. You can object here:",
    ),
    "officer_due": Wording(
        sms="Case {ref} is due today and has no reply. {link}",
        subject="Case {ref} is due today",
        text="Case {ref} is due today and has no reply.",
    ),
    "officer_digest": Wording(
        sms="",
        subject="Your agency's cases on {date}",
        text="Your agency's cases on {date}:\n\nFor you to decide: {to_decide}\nDue today: {due_today}\n"
        "Due soon: {at_risk}\nCame back: {returned}\n"
        "Promises likely to be missed: {likely_missed}\nMessages that did not arrive: {failed}\n\n"
        "Your work queue:\n\n{url}",
    ),
    "cmu_digest": Wording(
        sms="",
        subject="Cases waiting for your decision on {date}",
        text="At the start of {date}:\n\nFor you to decide: {to_decide}\nIn triage: {triage}\n\n"
        "Since the last working day:\n\nDelays reported to agencies: {reported}\n"
        "Delays not reported, because the level is vacant: {vacant}\n\n"
        "Your work queue:\n\n{url}",
    ),
    "praise_passed_on": Wording(
        sms="",
        subject="Praise for someone you supervise: {ref}",
        text="Praise {ref} names someone at {agency}. Please pass on the thanks. The case page has the name.",
    ),
    "officer_directorate": Wording(
        sms="The directorate answered in case {ref}. {link}",
        subject="The directorate answered in case {ref}",
        text="The directorate has said how long it needs for case {ref}, or what it found. The case page has the "
        "details.",
    ),
    "directorate_request": Wording(
        sms="",
        subject="{agency} has a request about case {ref}",
        text="{agency} asks your directorate about case {ref}: first how long you need, then what you found. Read the "
        "request and answer here, without an account:\n\n{url}\n\nThe link works until {date}. It opens this case "
        "only. Do not pass it on outside your directorate.",
    ),
    "directorate_reminder": Wording(
        sms="",
        subject="Reminder: {agency} is waiting for you in case {ref}",
        text="{agency} is still waiting for the answer of your directorate in case {ref}. Answer here, without an "
        "account:\n\n{url}\n\nThe link works until {date}. It opens this case only. Do not pass it on outside your "
        "directorate.",
    ),
    "officer_reminder": Wording(
        sms="Reminder: case {ref} has a deadline on {date}. {link}",
        subject="Case {ref} has a deadline on {date}",
        text="Reminder: case {ref} has a deadline on {date}. The next step has not been recorded yet.",
    ),
    "officer_silent": Wording(
        sms="",
        subject="Cases at {agency} need another officer",
        text="An officer of {agency} has not signed in for a long time. Open cases that now need another officer: "
        "{count}. The officers page shows who had them and who can take them.",
    ),
    "officer_aside": Wording(
        sms="Case {ref} needs another officer. {link}",
        subject="Case {ref} needs another officer",
        text="The officer of case {ref} has a conflict of interest. Reassign the case to another officer.",
    ),
    "cmu_aside": Wording(
        sms="",
        subject="No officer at {agency} can handle case {ref}",
        text="No officer at {agency} can handle case {ref} any more. Open it and decide who continues.",
    ),
    "officer_took_over": Wording(
        sms="",
        subject="Cases at {agency} are now assigned to you",
        text="Open cases at {agency} that are now assigned to you: {count}. Your work queue shows them.",
    ),
    "ladder_late": Wording(
        sms="Case {ref} at {agency} missed its deadline of {date}. {link}",
        subject="Case {ref} is late: {delay}",
        text="Case {ref} at {agency} missed its deadline of {date} and has been escalated to you. {delay}.",
    ),
    "ladder_digest": Wording(
        sms="",
        subject="Late cases of your agency on {date}: {count}",
        text="Late cases of your agency that were escalated to you, at the start of {date}: {count}\n"
        "Escalated since the last working day: {reported}\n\nYour page of late cases:\n\n{url}\n\n{cases}",
    ),
    "ladder_explained": Wording(
        sms="",
        subject="The delay of case {ref} was explained",
        text="{agency} answered your question why case {ref} is late. The case page has the explanation.",
    ),
    "officer_explain": Wording(
        sms="",
        subject="Please explain the delay of case {ref}",
        text="Case {ref} is late, and the leadership of {agency} asks why. The case page has the question. Please "
        "answer it there.",
    ),
    "cmu_asked": Wording(
        sms="The citizen asks the CMU to step in: case {ref}. {link}",
        subject="The citizen asks the CMU to step in: case {ref}",
        text="Case {ref} at {agency} is late, every escalation level was told, and the person who filed it asks the "
        "CMU to step in.",
    ),
    "cmu_own_late": Wording(
        sms="The CMU's decision on case {ref} was due on {date}. {link}",
        subject="The CMU's decision on case {ref} is overdue",
        text="The CMU's decision on case {ref} is overdue. It was due on {date}.",
    ),
    "operator_alarm": Wording(
        sms="At Your Service, {date}: {alarm}.",
        subject="At Your Service alarm: {alarm}",
        text="Alarm of {date}: {alarm}. See the messages page for details and the runbook for the steps.",
    ),
    **en_reports.WORDINGS,
    **en_staff.WORDINGS,
}
