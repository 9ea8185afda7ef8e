"""What the citizens' pages share: the door to a case of one's own, and saying an action that may come too late."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user
from accounts.models import User
from complaints.actions.filing import TooManyToday
from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, CaseQuerySet
from complaints.permissions.case_parts import with_parts
from complaints.permissions.reader_shapes import ANY_MOMENT
from kit.compiled_reads import CompiledRead

read_or_post = require_http_methods(["GET", "HEAD", "POST"])
#: The answer to somebody whose page was overtaken; what they typed stays on it.
CONFLICT = 409


def own_case(request: HttpRequest, ref: str, *, at: datetime) -> Case:
    """Return the signed-in citizen's case ``ref`` or raise Http404, alike for a missing one and another's."""
    user = signed_in_user(request)
    if user.is_staff:
        return get_object_or_404(Case.objects.visible_to(user, at=at).for_page(), reference=ref)
    case = _OWN.first(user=user.pk, reference=ref)
    if case is None:
        raise Http404
    return case


def _own(_shape: None, *, user: UUID, reference: str) -> CaseQuerySet:
    citizen = User(pk=user)
    return with_parts(Case.objects.visible_to(citizen, at=ANY_MOMENT).for_page()).filter(reference=reference)


_OWN: Final = CompiledRead(_own, is_prepared=True)


def posted_data(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, None when the page is only opened; an empty form that was sent has errors to show."""
    return request.POST if request.method == "POST" else None


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
        return False
    except TooManyToday:
        form.add_error(None, TOO_MANY)
        return False
    except uploads.NotStored:
        form.add_error("attachments", NOT_STORED)
        return False
    return True


def status_for(form: forms.Form) -> int:
    """Return the status of a page with ``form``: 409 when it was overtaken."""
    return CONFLICT if form.is_bound and form.has_error("__all__", "overtaken") else 200
