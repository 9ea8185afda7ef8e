"""The reference data that the head of the unit keeps: one folder for each table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import UNIT_HEAD
from accounts.sign_in.factors import recent_factor_required
from agencies import reference_changes
from agencies.models import AgencySuccession, Reference, ReferenceChange
from agencies.reference_changes import Author
from complaints.staff.frame import frame
from complaints.unit.directory_bodies import AGENCIES, AGENCY_SITES, CENTRE_STATES, CENTRES, DIRECTORATES
from complaints.unit.directory_forms import (
    ENDED,
    IN_FORCE,
    MOST_ROWS,
    UNVERIFIED,
    DirectoryForm,
    DirectoryTable,
    EndForm,
    change_texts,
    row_fields,
)
from complaints.unit.directory_places import GOVERNORATES, HOLIDAYS, HOURS, PLACES
from complaints.unit.directory_topics import DANGER_SIGNS, PHRASES, QUESTIONS, RULES, TOPIC_PHRASES, TOPICS, WORD_GROUPS
from kit.dates import day_text

# ---- The tables of the directory, in the order of its page. ----


TABLES: Final[Mapping[str, DirectoryTable]] = {
    table.slug: table
    for table in (
        *(
            AGENCIES,
            DIRECTORATES,
            TOPICS,
            QUESTIONS,
            RULES,
            HOLIDAYS,
            HOURS,
            CENTRES,
            CENTRE_STATES,
            AGENCY_SITES,
            PHRASES,
        ),
        *(GOVERNORATES, PLACES, TOPIC_PHRASES, WORD_GROUPS, DANGER_SIGNS),
    )
}


# ---- The pages of reference data: list, one row with its changes, add, change, end; for the head of the unit
# alone.


#: The most changes that the page of a row shows.
MOST_CHANGES = 50


@dataclass(frozen=True)
class DirectoryRequest:
    """A request for a page about one table, by somebody who keeps it."""

    http: HttpRequest
    table: DirectoryTable
    author: Author

    @property
    def today(self) -> date:
        """The day of the request."""
        return self.author.today

    @property
    def data(self) -> Mapping[str, Any] | None:
        """What was sent, None if the page is only opened."""
        return self.http.POST if self.http.method == "POST" else None

    def row(self, key: int, *, lock: bool = False) -> Any:
        """Return a row of the table or answer 404; the page that changes it locks it."""
        rows = self.table.model._default_manager.all()  # noqa: SLF001
        return get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=key)

    def page(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Return a page of the directory."""
        user = signed_in_user(self.http)
        content = {"table": self.table, **context, **frame(user, at=self.author.at)}
        return render(self.http, f"complaints/unit/directory/{template}.html", content, status=status)


type Page = Callable[..., HttpResponseBase]


def directory_page(view: Page) -> Page:
    """Let in the head of the unit, and find the table of the address; 404 for everybody and everything else."""
    return staff_required(UNIT_HEAD)(_with_table(view))


def directory_form(view: Page) -> Page:
    """Make a page that changes the reference data or hands it out: it asks for a recent second factor as well."""
    return staff_required(UNIT_HEAD)(recent_factor_required()(_with_table(view)))


def _with_table(view: Page) -> Page:
    @wraps(view)
    def wrapper(request: HttpRequest, directory_table: str, **parts: Any) -> HttpResponseBase:
        if directory_table not in TABLES:
            raise Http404
        author = Author(signed_in_user(request).pk, timezone.now())
        return view(DirectoryRequest(request, TABLES[directory_table], author), **parts)

    return wrapper


@staff_required(UNIT_HEAD)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Show all tables of the directory, what is planned, and the newest changes."""
    user, at = signed_in_user(request), timezone.now()
    on = timezone.localdate(at)
    context = {
        "tables": [(table, table.rows(on=on).count()) for table in TABLES.values()],
        "planned": AgencySuccession.objects.planned().count(),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/directory/directory.html", context)


@require_safe
@directory_page
def rows(request: DirectoryRequest) -> HttpResponse:
    """List the rows of one table."""
    words, view = request.http.GET.get("q", "")[:100], request.http.GET.get("view", "")
    view = view if view in {UNVERIFIED, ENDED} else IN_FORCE
    found = list(request.table.rows(on=request.today, words=words, view=view)[: MOST_ROWS + 1])
    columns = request.table.columns
    listed = [(row, [(each.title, _cell(each.text(row))) for each in columns]) for row in found[:MOST_ROWS]]
    return request.page("rows", rows=listed, words=words, view=view, is_cut=len(found) > MOST_ROWS, most=MOST_ROWS)


def _cell(value: object) -> object:
    return day_text(value) if isinstance(value, date) else value


@require_safe
@directory_page
def row(request: DirectoryRequest, row: int) -> HttpResponse:
    """Show one row, what is planned for it, and who changed it when."""
    found = request.row(row)
    told = change_texts(type(found), reference_changes.of_row(found)[:MOST_CHANGES])
    return request.page(
        "row",
        row=found,
        fields=row_fields(found),
        is_ended=request.table.is_ended(found, on=request.today),
        is_kept_from_files=reference_changes.is_kept_from_files(found),
        planned=[each for each in told if each.change.is_planned],
        changes=[each for each in told if not each.change.is_planned],
        successions=_successions(found),
    )


def _successions(row: Reference) -> list[AgencySuccession]:
    if type(row).__name__ != "Agency":
        return []
    standing = AgencySuccession.objects.standing().select_related("predecessor", "successor", "topic", "governorate")
    return [each for each in standing if row.pk in {each.predecessor_id, each.successor_id, each.final_id}]


@require_http_methods(["GET", "HEAD", "POST"])
@directory_form
def add(request: DirectoryRequest) -> HttpResponseBase:
    """Add a row; the address may fill some boxes."""
    form = request.table.form(request.data, instance=None, today=request.today, initial=_prefilled(request))
    if form.is_bound and form.is_valid() and _store(form, request.author):
        messages.success(request.http, gettext("Saved."))
        return redirect("directory-row", request.table.slug, form.instance.pk)
    return request.page("change", form=form, row=None)


def _prefilled(request: DirectoryRequest) -> dict[str, str]:
    """Return what the address says of the boxes it may fill; a key that is no number is left out."""
    given = {name: request.http.GET[name][:100] for name in request.table.form.prefilled if name in request.http.GET}
    fields = request.table.form.base_fields
    return {
        name: value
        for name, value in given.items()
        if not isinstance(fields[name], ModelChoiceField) or (value.isascii() and value.isdigit())
    }


@require_http_methods(["GET", "HEAD", "POST"])
@directory_form
def change(request: DirectoryRequest, row: int) -> HttpResponseBase:
    """Change a row, today or from a later day; whoever was overtaken keeps what was typed."""
    with transaction.atomic():
        found = request.row(row, lock=True)
        newest = _newest(found)
        form = request.table.form(request.data, instance=found, today=request.today)
        is_overtaken = form.is_bound and request.http.POST.get("seen") != newest
        if form.is_bound and form.is_valid() and not is_overtaken and _store(form, request.author):
            messages.success(request.http, _saved_text(form))
            return redirect("directory-row", request.table.slug, found.pk)
        stored = request.row(row)
        status = HTTPStatus.CONFLICT if is_overtaken else HTTPStatus.OK
        return request.page("change", form=form, row=stored, seen=newest, is_overtaken=is_overtaken, status=status)


def _newest(row: Reference) -> str:
    """Return the key of the newest change of a row, which says whether a page is out of date."""
    return str(reference_changes.of_row(row).values_list("pk", flat=True).first() or 0)


def _saved_text(form: DirectoryForm) -> str:
    later = form.cleaned_data.get("effective_on")
    if later and later > form.today:
        return gettext("Saved. The change takes effect on %(day)s.") % {"day": day_text(later)}
    return gettext("Saved.")


def _store(form: DirectoryForm, author: Author) -> bool:
    """Store what a valid form says; False if the database refuses it, and the form says why."""
    try:
        with transaction.atomic():
            form.store(author=author)
    except ValidationError as wrong:
        form.add_error(None, " ".join(wrong.messages))
    except IntegrityError:
        form.add_error(None, gettext("This contradicts another row. Look at the list, and correct what you typed."))
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@directory_form
def end(request: DirectoryRequest, row: int) -> HttpResponseBase:
    """End a row: nothing that has been used is deleted."""
    found = request.row(row)
    if not request.table.can_end or request.table.is_ended(found, on=request.today):
        raise Http404
    earliest = getattr(found, "starts_on", None)
    form = EndForm(request.data, label=request.table.end_label, today=request.today, earliest=earliest)
    if form.is_bound and form.is_valid():
        reference_changes.end(found, author=request.author, on=form.day)
        messages.success(request.http, gettext("Saved."))
        return redirect("directory-row", request.table.slug, found.pk)
    return request.page("end", form=form, row=found)


@directory_form
def drop(request: DirectoryRequest, row: int, change: int) -> HttpResponseBase:
    """Give up a change that waits for its day."""
    if request.data is None:
        return HttpResponseNotAllowed(["POST"])
    found = request.row(row)
    planned: ReferenceChange = get_object_or_404(reference_changes.of_row(found), pk=change)
    if reference_changes.drop(planned.pk, at=request.author.at):
        messages.success(request.http, gettext("The planned change was cancelled."))
    else:
        messages.info(request.http, gettext("This change is no longer planned."))
    return redirect("directory-row", request.table.slug, found.pk)


@directory_form
def follow(request: DirectoryRequest, row: int) -> HttpResponseBase:
    """Let a row that people edited follow the files of the project again."""
    if request.data is None:
        return HttpResponseNotAllowed(["POST"])
    found = request.row(row)
    if reference_changes.follow_files(found, author=request.author):
        messages.success(request.http, gettext("The next load of the project files will update this row."))
    else:
        messages.info(request.http, gettext("This row already follows the project files."))
    return redirect("directory-row", request.table.slug, found.pk)
