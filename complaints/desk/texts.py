"""Standard texts, and the forms on an agency's own site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, DESK, SUPERVISION, UNIT_HEAD
from agencies.models import Agency, AgencySite, Topic
from complaints.models import SiteCase, StandardText
from complaints.models.annotations import TITLE_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions.readers import may_change_text
from complaints.staff import forms as standard_texts
from complaints.staff.frame import CASEWORK, frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from complaints.workflow import OUTCOMES, Kind, Outcome, State
from kit.forms import CHOOSE, Form, LineField, ParagraphField

# ---- The form of a standard text. ----


#: The outcomes an answer may have, each once.
_OUTCOMES = [outcome for outcome in Outcome if any(outcome in offered for offered in OUTCOMES.values())]
NAME_IS_TAKEN = _("There is already a text with this name. Enter another name")


class TextForm(Form):
    """A standard text: its name, where it is offered, and the two texts, of which one may be empty.

    ``agencies`` are those it can be for; None among them is "all". It is asked only where there are several.
    """

    agency = forms.ChoiceField(label=_("For which agency?"), error_messages={"required": _("Choose an agency")})
    title = LineField(
        max=TITLE_LENGTH, label=_("Name of the text"), help_text=_("You find the text in the list by this name.")
    )
    topic = forms.ChoiceField(required=False, label=_("Topic"))
    outcome = forms.ChoiceField(required=False, label=_("Outcome"))
    found = ParagraphField(max=TEXT_LENGTH, rows=5, required=False, label=_("What was found"))
    done = ParagraphField(max=TEXT_LENGTH, rows=5, required=False, label=_("What was done"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, text: StandardText, agencies: Sequence[Agency | None]
    ) -> None:
        super().__init__(data, initial=_initial(text))
        self.text = text
        self.agencies = {agency.code if agency else "": agency for agency in agencies}
        if len(agencies) == 1 or text.pk:
            del self.fields["agency"]
        else:
            names = [(code, agency.name) for code, agency in self.agencies.items() if agency]
            self.offer_choices("agency", names, empty=CHOOSE)
        self.topics = {topic.code: topic for topic in Topic.objects.filter(is_active=True).select_related("parent")}
        self.offer_choices("topic", self._topic_choices(), empty=_("For any topic"))
        outcomes = [(outcome.value, str(outcome.label)) for outcome in _OUTCOMES]
        self.offer_choices("outcome", outcomes, empty=_("For any outcome"))

    def _topic_choices(self) -> list[tuple[str, Any]]:
        """Return the groups, each with itself and its topics."""
        tops = [topic for topic in self.topics.values() if topic.parent_id is None]
        below = {top.pk: [topic for topic in self.topics.values() if topic.parent_id == top.pk] for top in tops}
        return [(top.name, [(topic.code, topic.name) for topic in (top, *below[top.pk])]) for top in tops]

    def clean_found(self) -> str:
        """Refuse words in braces that nothing can fill."""
        return _checked(self.cleaned_data["found"])

    def clean_done(self) -> str:
        """Refuse words in braces that nothing can fill."""
        return _checked(self.cleaned_data["done"])

    def clean(self) -> dict[str, Any]:
        """Ask for one text at least, and for a name that no other text of the agency has."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["found"] and not cleaned["done"]:
            self.add_error("found", _("Write at least one of the two texts"))
        if "title" in cleaned and not self.errors and self._is_taken(cleaned["title"]):
            self.add_error("title", NAME_IS_TAKEN)
        return cleaned

    def _is_taken(self, title: str) -> bool:
        others = StandardText.objects.filter(agency=self.agency_of_text, title=title).exclude(pk=self.text.pk)
        return others.exists()

    @property
    def agency_of_text(self) -> Agency | None:
        """Return whose the text is; None is everybody's."""
        if self.text.pk:
            return self.text.agency
        if "agency" in self.fields:
            return self.agencies[self.cleaned_data["agency"]]
        return next(iter(self.agencies.values()))

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields of the text as they are stored."""
        said = {name: self.cleaned_data[name] for name in ("title", "outcome", "found", "done")}
        return {"agency": self.agency_of_text, "topic": self.topics.get(self.cleaned_data["topic"]), **said}


def _checked(text: str) -> str:
    if wrong := list(standard_texts.problems(text)):
        raise ValidationError(wrong)
    return text


def _initial(text: StandardText) -> dict[str, Any]:
    said = {name: getattr(text, name) for name in ("title", "outcome", "found", "done")}
    return {"topic": text.topic.code if text.topic else "", **said}


# ---- The pages of standard texts: an agency lists and edits its own, the unit those for all agencies. ----


@staff_required(CASEWORK)
@require_safe
def texts_page(request: HttpRequest) -> HttpResponse:
    """List the texts the user may read, and mark those they may change."""
    user, at = signed_in_user(request), timezone.now()
    rows = [(text, may_change_text(text, user, at=at)) for text in standard_texts.readable_texts(user, at=at)]
    return render(request, "complaints/desk/texts/texts.html", {"rows": rows, **frame(user, at=at)})


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def new_text(request: HttpRequest) -> HttpResponse:
    """Write a new standard text."""
    return _save_text(_TextEdit(request, signed_in_user(request), StandardText(), timezone.now(), is_new=True))


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def change_text(request: HttpRequest, text: int) -> HttpResponse:
    """Change a standard text; whoever was overtaken keeps what was typed and reads what stands now."""
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        return _save_text(_TextEdit(request, user, _changeable(text, user, at=at), at))


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_text(request: HttpRequest, text: int) -> HttpResponse:
    """Delete a standard text, once the person has said so on this page; answers made of it stay as they are."""
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        found = _changeable(text, user, at=at)
        if request.method == "POST":
            found.delete()
            messages.success(request, gettext("The text was deleted. Answers already given do not change."))
            return redirect("texts")
    return render(request, "complaints/desk/texts/text_delete.html", {"text": found, **frame(user, at=at)})


def _changeable(key: int, user: User, *, at: datetime) -> StandardText:
    """Return a text locked for its change, or answer 404 to whoever may not change it."""
    locked = StandardText.objects.select_for_update(of=("self",))
    found = locked.select_related("agency", "topic", "changed_by").filter(pk=key).first()
    if found is None or not may_change_text(found, user, at=at):
        raise Http404
    return found


@dataclass(frozen=True)
class _TextEdit:
    """A request to write or change one standard text."""

    request: HttpRequest
    user: User
    text: StandardText
    at: datetime
    is_new: bool = False

    @property
    def agencies(self) -> Sequence[Agency | None]:
        """Return whose a new text can be: everybody's for the unit, else one of the own agencies'."""
        authority = self.user.authority(self.at)
        if authority.has(CMU):
            return [None]
        return list(Agency.objects.filter(pk__in=authority.agencies(DESK)).order_by("pk"))

    @property
    def is_overtaken(self) -> bool:
        """Tell whether somebody saved the text since this page was opened."""
        return not self.is_new and self.request.POST.get("seen") != self.text.changed_at.isoformat()


def _save_text(edit: _TextEdit) -> HttpResponse:
    data = edit.request.POST if edit.request.method == "POST" else None
    form = TextForm(data, text=edit.text, agencies=edit.agencies)
    is_overtaken = data is not None and edit.is_overtaken
    if data is None or is_overtaken or not form.is_valid():
        return _page(edit, form, is_overtaken=is_overtaken)
    values = {**form.values, "changed_by": edit.user, "changed_at": edit.at}
    for name, value in values.items():
        setattr(edit.text, name, value)
    try:
        with transaction.atomic():
            edit.text.save(**({"force_insert": True} if edit.is_new else {"update_fields": [*values]}))
    except IntegrityError:
        form.add_error("title", NAME_IS_TAKEN)
        return _page(edit, form, is_overtaken=False)
    messages.success(edit.request, gettext("The text was saved. You will find it on the page for closing a case."))
    return redirect("texts")


def _page(edit: _TextEdit, form: TextForm, *, is_overtaken: bool) -> HttpResponse:
    context = {
        "form": form,
        "text": edit.text,
        "is_overtaken": is_overtaken,
        "placeholders": standard_texts.MEANINGS.items(),
        **frame(edit.user, at=edit.at),
    }
    status = HTTPStatus.CONFLICT if is_overtaken else HTTPStatus.OK
    return render(edit.request, "complaints/desk/texts/text.html", context, status=status)


# ---- The page with the snippets for an agency's own site, and the numbers of what came through it. ----


#: What counts as lately.
LATELY: Final = timedelta(days=30)


@dataclass(frozen=True)
class SiteCounts:
    """The cases that were begun on one site: all, those of the last 30 days, and those still open."""

    all: int = 0
    lately: int = 0
    open: int = 0


@dataclass(frozen=True)
class SitePart:
    """One registered site: its counts, and the snippets by their anchor."""

    site: AgencySite
    counts: SiteCounts
    frame_code: str
    badge_code: str


@staff_required(CMU | SUPERVISION)
@require_safe
def own_sites(request: HttpRequest) -> HttpResponse:
    """Show the registered sites of the own agencies, the unit all of them."""
    user, at = signed_in_user(request), timezone.now()
    sites = _own(user, at)
    counts = _counts(sites, at)
    parts = [_part(site, counts.get(site.pk, SiteCounts())) for site in sites]
    registers = user.authority(at).has(UNIT_HEAD)
    context = {"parts": parts, "registers": registers, **frame(user, at=at)}
    return render(request, "complaints/desk/sites/sites.html", context)


def _own(user: User, at: datetime) -> Sequence[AgencySite]:
    authority = user.authority(at)
    sites = AgencySite.objects.filter(is_active=True).select_related("agency")
    return list(sites if authority.has(CMU) else sites.filter(agency__in=authority.agencies(SUPERVISION)))


def _counts(sites: Sequence[AgencySite], at: datetime) -> dict[int, SiteCounts]:
    """Return the counts of the sites that have any; one statement."""
    counted = (
        SiteCase.objects.filter(site__in=[site.pk for site in sites])
        .values("site")
        .annotate(
            all=Count("pk"),
            lately=Count("pk", filter=Q(filed_at__gt=at - LATELY)),
            open=Count("pk", filter=~Q(case__state=State.CLOSED)),
        )
    )
    return {row["site"]: SiteCounts(row["all"], row["lately"], row["open"]) for row in counted}


def _part(site: AgencySite, counts: SiteCounts) -> SitePart:
    """Return what the page shows of a site; the snippets are in the language of the page."""
    new = f"{reverse('new', args=[Kind.COMPLAINT])}?agency={site.agency.code}&site={site.pk}"
    addresses = {
        "frame_url": f"{settings.PUBLIC_URL}{reverse('embedded', args=[site.pk])}",
        "link_url": f"{settings.PUBLIC_URL}{new}",
        "badge_url": f"{settings.PUBLIC_URL}{reverse('badge')}",
        "agency": site.agency,
    }
    frame_code, badge_code = (
        render_to_string(f"complaints/desk/sites/_{name}.html", addresses).strip() for name in ("frame", "badge")
    )
    return SitePart(site, counts, frame_code, badge_code)
