"""The actions on a case, as functions; those with a directorate are in ``complaints.actions.consultations``."""

from complaints.actions.answers import close, sign
from complaints.actions.classification import classify
from complaints.actions.decisions import accept, decline, extend, propose_extension, return_case
from complaints.actions.explanations import ask_explanation, explain
from complaints.actions.filing import add, amend, file, withdraw
from complaints.actions.labels import label, unlabel
from complaints.actions.links import link, unlink
from complaints.actions.notes import assign, log_call, note
from complaints.actions.objections import dismiss, object_to, uphold
from complaints.actions.outside_centres import hand_over, take_back
from complaints.actions.partner_tasks import add_task, answer_task, drop_task
from complaints.actions.praise import deliver
from complaints.actions.questions import ask, lapse, reply
from complaints.actions.ratings import rate
from complaints.actions.recusals import end_recusal, recuse
from complaints.actions.reminders import ask_unit, remind_agency, remind_directorate, remind_officer
from complaints.actions.reviews import refuse_extension, send_back
from complaints.actions.shown_files import show_files
from complaints.actions.triage import archive, refer
from complaints.actions.undo import undo
from complaints.actions.urgency import clear_urgent
from complaints.actions.voices import transcribe

__all__ = [
    "accept",
    "add",
    "add_task",
    "amend",
    "answer_task",
    "archive",
    "ask",
    "ask_explanation",
    "ask_unit",
    "assign",
    "classify",
    "clear_urgent",
    "close",
    "decline",
    "deliver",
    "dismiss",
    "drop_task",
    "end_recusal",
    "explain",
    "extend",
    "file",
    "hand_over",
    "label",
    "lapse",
    "link",
    "log_call",
    "note",
    "object_to",
    "propose_extension",
    "rate",
    "recuse",
    "refer",
    "refuse_extension",
    "remind_agency",
    "remind_directorate",
    "remind_officer",
    "reply",
    "return_case",
    "send_back",
    "show_files",
    "sign",
    "take_back",
    "transcribe",
    "undo",
    "unlabel",
    "unlink",
    "uphold",
    "withdraw",
]
