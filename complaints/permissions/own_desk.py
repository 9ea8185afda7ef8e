"""What only the desk that wrote it and the unit read: the words and the files of notes, explanations and recusals."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from accounts.roles import CMU, READERS
from complaints.models import CaseEvent
from complaints.workflow import ACTIONS, Action


def reads_words(event: CaseEvent, user: User, *, at: datetime) -> bool:
    """Tell whether ``user``, who may open the case, may read what was written with ``event`` and the files of it."""
    if not ACTIONS[Action(event.action)].is_for_own_desk:
        return True
    authority = user.authority(at)
    return authority.has(CMU) or event.desk_id in authority.agencies(READERS)
