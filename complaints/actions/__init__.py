"""The actions on a case, as functions; those with a directorate are in ``complaints.actions.consultations``."""

from complaints.actions.answers import close, sign
from complaints.actions.classification import archive, classify, clear_urgent, label, refer, unlabel
from complaints.actions.consultations import (
    add_task,
    answer_task,
    ask,
    ask_explanation,
    drop_task,
    explain,
    lapse,
    refuse_extension,
    reply,
    send_back,
)
from complaints.actions.decisions import (
    accept,
    ask_unit,
    decline,
    extend,
    propose_extension,
    remind_agency,
    remind_directorate,
    remind_officer,
    return_case,
)
from complaints.actions.filing import add, amend, file, withdraw
from complaints.actions.links import link, unlink
from complaints.actions.notes import assign, log_call, note, show_files, transcribe
from complaints.actions.objections import deliver, dismiss, object_to, rate, uphold
from complaints.actions.outside_centres import hand_over, take_back
from complaints.actions.recusals import end_recusal, recuse
from complaints.actions.undo import undo

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
