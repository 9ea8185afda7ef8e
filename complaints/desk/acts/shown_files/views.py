"""Choosing which files of directorates the citizen sees."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.actions.shown_files import finding_files
from complaints.desk.acts.shown_files.forms import ShownFilesForm
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.workflow import Action


@action_page(Action.SHOW_FILES, "complaints/desk/acts/shown_files/show.html")
def show_files(request: ActionRequest) -> HttpResponse:
    """Let the citizen see files that directorates sent with their findings, or no longer."""
    files = list(finding_files(request.case).select_related("consultation__directorate", "shown"))
    if not files:
        return request.refuse(gettext("No directorate has sent a file about this case."))
    knows_person = request.case_visibility.knows_person
    form = ShownFilesForm(request.data, files=files, knows_person=knows_person)
    if not request.is_sent(form):
        return request.page(offered=files, hides_names=not knows_person)
    if form.chosen == form.shown:
        return request.done(gettext("Nothing was changed: the citizen sees the same files as before."))
    actions.show_files(request.case, by=request.user, at=request.at, files=form.chosen)
    return request.done(gettext("Saved. The citizen sees the files with a tick on the page of the case."))
