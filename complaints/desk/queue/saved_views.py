"""Saving the query of a queue under a name, and deleting a saved one."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.decorators import signed_in_user, staff_required
from complaints.desk.queue import saved
from complaints.desk.queue.forms import SaveForm
from complaints.desk.queue.views import QueueRequest
from complaints.permissions.annotations import deletable_filters
from complaints.staff.frame import CASEWORK
from kit.sent_numbers import sent_number


@staff_required(CASEWORK)
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save the query of the list the form stands on."""
    asked = QueueRequest.of(request, request.POST.dict())
    list_url = f"{reverse('queue')}{asked.query.query_string}"
    form = SaveForm(request.POST, agencies=asked.options.sharing_agencies)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect(list_url)
    name, query, agency = form.cleaned_data["name"], asked.query.parameters, form.agency
    try:
        saved_filter = saved.save_filter(asked.staff.user, at=asked.staff.at, name=name, query=query, agency=agency)
    except saved.TooManySavedFilters:
        text = gettext("You already have %(most)s saved filters, which is the maximum. Delete one that you do not use.")
        messages.warning(request, text % {"most": saved.MOST})
        return redirect(list_url)
    messages.success(request, gettext("The filter was saved. You can find it in the menu."))
    return redirect(f"{list_url}&{urlencode({'saved': saved_filter.pk})}")


@staff_required(CASEWORK)
@require_POST
def delete_filter(request: HttpRequest) -> HttpResponse:
    """Delete a saved filter: one's own, or as supervisor one that is shared in the agency."""
    key = sent_number(request.POST.get("saved", ""))
    own = deletable_filters(signed_in_user(request), at=timezone.now())
    if key is None or not own.filter(pk=key).delete()[0]:
        messages.warning(request, gettext("This saved filter no longer exists."))
    else:
        messages.success(request, gettext("The saved filter was deleted."))
    return redirect("queue")
