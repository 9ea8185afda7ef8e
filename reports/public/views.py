"""The public pages and files of released reports: for everybody, without signing in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kit.forms import Form, LineField
from kit.languages import current_language
from kit.shared_answers import kept_by_everybody
from reports.periodic.facts import NOBODY
from reports.public import open_data, pages
from reports.public.releases import Release, releases
from reports.public.withholding import LEAST

LONGEST_SEARCH = 120
#: Files of one hour ago are still right: a release changes them, nothing else.
FRESH_SECONDS = 3600


class AgencySearchForm(Form):
    """Words of the name of an agency; may be left out."""

    q = LineField(max=LONGEST_SEARCH, required=False, label=_("Find an agency"))


# ---- pages ----


@login_not_required
@require_safe
def figures(request: HttpRequest, period: str = "") -> HttpResponse:
    """Show a released period, by default the newest; say what will be here before the first release. 404 for others."""
    found = releases()
    shown = _release(period, found) if period or found else None
    if shown is None:
        return render(request, "reports/public/nothing_yet.html")
    agencies = [row for row in shown.agencies if row.code != NOBODY]
    return render(
        request,
        "reports/public/figures.html",
        _frame(shown, found)
        | {
            "form": AgencySearchForm(),
            "promises": pages.promises_chart(shown.total),
            "words": pages.words_chart(shown.total),
            "map": pages.map_chart(shown),
            "governorates": shown.governorates,
            "agencies": agencies[: pages.MOST_AGENCIES],
            "number": len(agencies),
            "commitments": shown.commitments,
        },
    )


@login_not_required
@require_safe
def agencies(request: HttpRequest, period: str) -> HttpResponse:
    """List the agencies of a released period, those whose name contains the words looked for."""
    found = releases()
    shown = _release(period, found)
    form = AgencySearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    listed = [row for row in shown.agencies if row.code != NOBODY or not words]
    context = {"form": form, "words": words, "agencies": pages.matching(words, listed)}
    return render(request, "reports/public/agencies.html", _frame(shown, found) | context)


@login_not_required
@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show an agency over all released periods; 404 if none of them names it."""
    found = releases()
    rows = [(release, row) for release in found if (row := release.agency(code)) is not None]
    if not rows or code == NOBODY:
        raise Http404
    release, row = rows[0]
    context = {
        "row": row,
        "promises": pages.promises_chart(row),
        "words": pages.words_chart(row),
        "course": pages.course_chart(code, found),
        "periods": rows,
        "commitments": release.promised_by(code),
    }
    return render(request, "reports/public/agency.html", _frame(release, found) | context)


@login_not_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Describe the open data: files with their sizes, the columns, the licence, what is withheld."""
    found = releases()
    files = [
        {"table": table, "href": reverse("open-data-csv", args=[table]), "size": len(open_data.table_csv(table, found))}
        for table in open_data.TABLES
    ]
    licence = open_data.licence()
    context = {
        "files": files,
        "json_size": len(open_data.all_json(found)),
        "tables": open_data.TABLES,
        "licence": licence[current_language()] if licence else "",
        "licence_url": licence["url"] if licence else "",
        "least": LEAST,
        "releases": found,
    }
    return render(request, "reports/public/data.html", context)


def _frame(release: Release, found: tuple[Release, ...]) -> dict[str, Any]:
    return {"release": release, "releases": found}


def _release(period: str, found: tuple[Release, ...]) -> Release:
    """Return the release of ``period``, the newest for an empty one; raises Http404."""
    for release in found:
        if period in {"", release.slug}:
            return release
    raise Http404


# ---- files ----


def _table_csv(table: str) -> bytes:
    if table not in open_data.TABLES:
        raise Http404
    return open_data.table_csv(table, releases())


def _file(made: Callable[..., bytes], content_type: str, name: str) -> Callable[..., HttpResponseBase]:
    """Return a view that sends a file to everybody, with an entity tag, for an hour from any cache."""

    @login_not_required
    @require_safe
    @kept_by_everybody(seconds=FRESH_SECONDS)
    def view(request: HttpRequest, **parameters: str) -> HttpResponseBase:
        content = made(**parameters)
        headers = {
            "ETag": open_data.etag(content),
            "Content-Disposition": f'inline; filename="{name.format(**parameters)}"',
            # Pages of others may read the files from the browser.
            "Access-Control-Allow-Origin": "*",
        }
        response = HttpResponse(content, content_type=content_type, headers=headers)
        return get_conditional_response(request, etag=headers["ETag"], response=response) or response

    return view


table_csv = _file(_table_csv, open_data.CSV_TYPE, "{table}.csv")
all_json = _file(lambda: open_data.all_json(releases()), open_data.JSON_TYPE, "figures.json")
dictionary_csv = _file(open_data.dictionary_csv, open_data.CSV_TYPE, "dictionary.csv")
dictionary_json = _file(open_data.dictionary_json, open_data.JSON_TYPE, "dictionary.json")
