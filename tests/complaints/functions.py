"""Which function makes which transition, spelled out by hand."""

from collections.abc import Callable
from typing import Any

from complaints import actions
from complaints.workflow import Action

FUNCTIONS: dict[Action, Callable[..., Any]] = {
    Action.FILE: actions.file,
    Action.REFER: actions.refer,
    Action.ACCEPT: actions.accept,
    Action.DECLINE: actions.decline,
    Action.RETURN: actions.return_case,
    Action.ASK: actions.ask,
    Action.REPLY: actions.reply,
    Action.LAPSE: actions.lapse,
    Action.EXTEND: actions.extend,
    Action.CLOSE: actions.close,
    Action.DELIVER: actions.deliver,
    Action.UNDO: actions.undo,
    Action.WITHDRAW: actions.withdraw,
    Action.ARCHIVE: actions.archive,
    Action.OBJECT: actions.object_to,
    Action.UPHOLD: actions.uphold,
    Action.DISMISS: actions.dismiss,
}
