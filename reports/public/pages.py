"""What the public pages show: the charts of a release, its tables, and an agency over the released periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext, gettext_lazy as _, pgettext
from django.views.decorators.http import require_safe

from kit.arabic import fold, strip_prefixes
from kit.charts.data import ChartData, ChartRow
from kit.forms import Form, LineField
from kit.languages import current_language
from kit.shared_answers import kept_by_everybody
from reports.periodic.facts import NOBODY
from reports.public import open_data
from reports.public.releases import FAMILIES, PublicRow, Release, releases
from reports.public.withholding import LEAST

#: Agencies on the first page; the others are one press away.
MOST_AGENCIES: Final = 8


def promises_chart(row: PublicRow) -> ChartData | None:
    """Return how the promises of a row ended, in parts of all; None where that is withheld, or nothing was promised."""
    titles = (
        pgettext("promise", "In time"),
        pgettext("promise", "Late, then answered"),
        pgettext("promise", "Late, still waiting"),
    )
    return _parts(row, "promises", titles)


def words_chart(row: PublicRow) -> ChartData | None:
    """Return what citizens say of the answers of a row, in parts of all."""
    titles = (
        pgettext("citizen", "Confirmed solved"),
        pgettext("citizen", "Not solved, or objected"),
        pgettext("citizen", "Has not said"),
    )
    return _parts(row, "words", titles)


def _parts(row: PublicRow, family: str, titles: Sequence[str]) -> ChartData | None:
    names = FAMILIES[family]
    counts = [row.counts[name] for name in names]
    if None in counts or not any(counts):
        return None
    texts = tuple(f"{count:,}" for count in counts)
    line = ChartRow(gettext("All cases"), tuple(float(count or 0) for count in counts), texts)
    return ChartData((gettext("Cases"), *titles), (line,))


def map_chart(release: Release) -> ChartData:
    """Return the share answered in time of each governorate; a withheld one has no number."""
    rows = [_on_the_map(row) for row in release.governorates if row.code != NOBODY]
    return ChartData(
        (gettext("Governorate"), gettext("Answered in time")),
        tuple(rows),
        write=lambda share: f"{share:.0f}%",
        highest=100,
    )


def _on_the_map(row: PublicRow) -> ChartRow:
    share = row.percent("in_time")
    text = "–" if share is None else f"{share}%"
    return ChartRow(row.name, (None if share is None else float(share),), (text,), key=row.code)


def course_chart(code: str, found: Sequence[Release]) -> ChartData | None:
    """Return the two shares of an agency over the quarters, else the months, that show them; None for less than two."""
    for kind in ("quarter", "month"):
        shown = [release for release in reversed(found) if release.kind == kind]
        rows = [line for release in shown if (line := _course_row(code, release)) is not None]
        if len(rows) > 1:
            return ChartData(
                (gettext("Period"), gettext("Answered in time"), gettext("Confirmed solved")),
                tuple(rows),
                write=lambda share: f"{share:.0f}%",
                highest=100,
            )
    return None


def _course_row(code: str, release: Release) -> ChartRow | None:
    row = release.agency(code)
    shares = (row.percent("in_time"), row.percent("confirmed")) if row else (None, None)
    if None in shares:
        return None
    values = tuple(float(share or 0) for share in shares)
    return ChartRow(release.heading, values, tuple(f"{value:.0f}%" for value in values))


def matching(words: str, rows: Sequence[PublicRow]) -> list[PublicRow]:
    """Return the agencies whose name, in either language, contains all ``words``; all of them without words."""
    asked = strip_prefixes(words).split()
    return [row for row in rows if all(word in _searched(row) for word in asked)]


def _searched(row: PublicRow) -> str:
    return " ".join((strip_prefixes(row.names["ar"]), fold(row.names["ar"]), fold(row.names["en"]), row.code))


# ---- The public pages and files of released reports: for everybody, without signing in. ----


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
            "promises": promises_chart(shown.total),
            "words": words_chart(shown.total),
            "map": map_chart(shown),
            "governorates": shown.governorates,
            "agencies": agencies[:MOST_AGENCIES],
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
    context = {"form": form, "words": words, "agencies": matching(words, listed)}
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
        "promises": promises_chart(row),
        "words": words_chart(row),
        "course": course_chart(code, found),
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
