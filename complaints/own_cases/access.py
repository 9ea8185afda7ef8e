"""The door to a case of one's own, and doing an action on it that may come too late."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Final
from uuid import UUID

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import MandateOver, User
from complaints.actions.filing import TooManyToday
from complaints.actions.ratings import RatedElsewhere
from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, CaseQuerySet
from complaints.permissions import representatives
from complaints.permissions.case_parts import with_parts
from kit.compiled_reads import CompiledRead


def load_own_case(user: User, ref: str, *, at: datetime) -> Case:
    """Return the citizen's case ``ref``, or that of a person for whom they speak.

    Raises Http404, alike for a missing one and another's, and ``MandateOver`` to whom a mandate opened it once.
    """
    if user.is_staff:
        return get_object_or_404(Case.objects.visible_to(user, at=at).for_page(), reference=ref)
    case = _OWN.first(user=user.pk, reference=ref, at=at)
    if case is None:
        if (last := representatives.last_mandate(ref, user)) is not None:
            raise MandateOver(last)
        raise Http404
    return case


def _own(_shape: None, *, user: UUID, reference: str, at: datetime) -> CaseQuerySet:
    citizen = User(pk=user)
    return with_parts(Case.objects.visible_to(citizen, at=at).for_page()).filter(reference=reference)


_OWN: Final = CompiledRead(_own, is_prepared=True)


def room_for_files(case: Case) -> int:
    """Return how many files more the citizen may add to ``case``."""
    return max(0, uploads.MOST_FILES - case.attachments.from_citizen().count())


TOO_MANY = _("You have reached today's limit. Please continue tomorrow, or call us. What you wrote is still here.")


def try_action(
    form: forms.Form, action: Callable[[], object], *, within: AbstractContextManager[None] | None = None
) -> bool:
    """Do ``action`` and tell whether it was done; a case that has changed meanwhile becomes an error of ``form``.

    ``within`` is what happens with it, such as ``sending``, which raises ``AlreadySent`` for a repeated sending.
    """
    try:
        with within or nullcontext():
            action()
    except TransitionNotAllowed:
        text = gettext("This is no longer possible because your case has changed. What you wrote is still here.")
        form.add_error(None, forms.ValidationError(text, code="overtaken"))
    except RatedElsewhere:
        text = gettext(
            "You have already rated this answer, perhaps in another window. Nothing was changed. If what you wrote "
            "here is to replace it, open the rating again and change it."
        )
        form.add_error(None, forms.ValidationError(text, code="overtaken"))
    except TooManyToday:
        form.add_error(None, forms.ValidationError(TOO_MANY, code="too_many"))
    except uploads.NotStored:
        form.add_error("attachments", forms.ValidationError(NOT_STORED, code="not_stored"))
    else:
        return True
    return False
