"""The wordings of messages and their editing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy as _, pgettext
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrPromise

from accounts.contact import STAFF_PREFIX, staff_key
from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, Role
from agencies.models import Agency
from complaints.case_text.messages import NAMES
from complaints.models import Case
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.dates import day_digits
from kit.forms import Form, LineField, ParagraphField
from kit.sent_numbers import sent_number
from notifications.models import AlarmKind, Channel, WordingEdition
from notifications.wordings import LANGUAGES, TEMPLATES, WORDINGS, editions, links, proofreading, required_context
from notifications.wordings.composing import Rendered, WordingIncomplete, compose
from notifications.wordings.proofreading import (
    LONGEST,
    allowed_placeholders,
    longest_context,
    longest_size,
    parts_allowed,
    required_placeholders,
)
from notifications.wordings.sms import Size, size as size_of_sms
from notifications.wordings.wording import FIELDS, Wording

# ---- What the pages of wordings show: the templates in groups, who wrote each edition, and a preview on a real
# case.


#: What each placeholder stands for.
MEANINGS: Final[Mapping[str, StrPromise]] = {
    "ref": _("the tracking number"),
    "kind": _("complaint, suggestion, inquiry or praise"),
    "Kind": _("the same at the beginning of a sentence"),
    "yours": _("your complaint, suggestion, inquiry or praise, after a verb"),
    "agency": _("the short name of the agency"),
    "date": _("the date, such as 22/1/2026"),
    "status": _("the status of the case, in one word"),
    "link": _("the short link to the case"),
    "code": _("the security code"),
    "host": _("the name of this site, by which phones recognise the code"),
    "phone": _("the number of the contact centre"),
    "service": _("the name of the service"),
    "url": _("the link to open"),
    "alarm": _("what is wrong, in a few words"),
    "due_today": _("number of cases due today"),
    "at_risk": _("number of cases due soon"),
    "to_decide": _("number of cases that wait for the reader's decision"),
    "triage": _("number of cases in triage"),
    "likely_missed": _("number of promises likely to be missed"),
    "returned": _("number of cases that came back"),
    "failed": _("number of messages that did not arrive"),
    "delay": _("by how many working days the case is late"),
    "reported": _("number of cases whose delay was reported"),
    "vacant": _("number of cases whose delay could be reported to no one at a level"),
    "cases": _("late cases: number, delay, who has each, link"),
    "late": _("how late the case is, and what happens next"),
    "count": _("number of cases"),
    "role": _("the role of a member of staff"),
}
#: What stands for a letter that is rolled for each message: a dot, and a mark that keeps it in its link.
DOTS: Final = f"{links.DOT}\N{LEFT-TO-RIGHT MARK}"
_SAMPLE_LETTER: Final = "X"


# ---- the list ----


@dataclass(frozen=True)
class WordingState:
    """One edition of a template in one language, with the name of its editor; without an edition it is built in."""

    template: str
    language: str
    edition: WordingEdition | None
    editor: str

    @property
    def is_built_in(self) -> bool:
        """Tell whether the wording is the built-in one, never edited or restored."""
        return self.edition is None or (
            self.is_in_force and editions.edition_wording(self.edition) == WORDINGS[self.language][self.template]
        )

    @property
    def is_in_force(self) -> bool:
        """Tell whether the edition is sent: one that no longer fits its template is not."""
        return self.edition is None or editions.is_usable(self.edition)


@dataclass(frozen=True)
class WordingRow:
    """One row of the list: a template with its newest edition in each language."""

    template: str
    name: str
    states: list[WordingState]


@dataclass(frozen=True)
class WordingGroup:
    """The templates for one kind of reader."""

    key: str
    title: str
    rows: list[WordingRow]


def wording_groups() -> list[WordingGroup]:
    """Return every template in its group; two statements."""
    newest = {(edition.template, edition.language): edition for edition in editions.newest()}
    names = editor_names(newest.values())
    titles = {"case": gettext("To citizens, about a case"), "account": gettext("To citizens, about their account")}
    titles["staff"] = gettext("To staff")
    return [
        WordingGroup(
            key, title, [_row(template, newest, names) for template in TEMPLATES if reader_group(template) == key]
        )
        for key, title in titles.items()
    ]


def reader_group(template: str) -> str:
    """Return the key of the group of a template: citizens about a case or their account, or staff."""
    reader = template.partition("_")[0]
    if reader in {
        "officer",
        "cmu",
        "operator",
        "praise",
        "ladder",
        "directorate",
        "directive",
        "report",
        "annex",
        "index",
        "staff",
    }:
        return "staff"
    return "case" if reader == "case" else "account"


def edition_states(template: str, language: str) -> list[WordingState]:
    """Return the editions of a template in a language with their editors, the newest first; two statements."""
    past = editions.history(template, language)
    names = editor_names(past)
    return [WordingState(template, language, edition, names.get(edition.edited_by, "")) for edition in past]


def template_name(template: str) -> str:
    """Return the name of a template as staff read it."""
    return str(NAMES[template])


def editor_names(editions_: Iterable[WordingEdition]) -> dict[str, str]:
    """Return the names of those who wrote editions, by their keys; one statement, none without editions."""
    keys = {one.edited_by for one in editions_}
    people = User.objects.in_bulk([key.removeprefix(STAFF_PREFIX) for key in keys]) if keys else {}
    return {staff_key(pk): str(user) for pk, user in people.items()}


def _row(template: str, newest: Mapping[tuple[str, str], WordingEdition], names: Mapping[str, str]) -> WordingRow:
    found = {language: newest.get((template, language)) for language in LANGUAGES}
    states = [
        WordingState(template, language, edition, names.get(edition.edited_by, "") if edition else "")
        for language, edition in found.items()
    ]
    return WordingRow(template, template_name(template), states)


# ---- placeholders ----


@dataclass(frozen=True)
class Placeholder:
    """One placeholder of a template: what it stands for, and the fields from which it must not be missing."""

    name: str
    meaning: StrPromise
    needed_in: list[str]


def placeholders(template: str, language: str) -> list[Placeholder]:
    """Return the placeholders of a template, in the same order everywhere."""
    labels = {"sms": gettext("SMS"), "subject": pgettext("of an e-mail", "subject"), "text": gettext("e-mail")}
    usable = frozenset[str]().union(*(allowed_placeholders(template, language, field) for field in FIELDS))
    return [
        Placeholder(
            name,
            meaning,
            [labels[field] for field in FIELDS if name in required_placeholders(template, language, field)],
        )
        for name, meaning in MEANINGS.items()
        if name in usable
    ]


# ---- the preview ----


@dataclass(frozen=True)
class WordingPreview:
    """How a wording reads on a case, and how long its SMS is; ``reference`` is empty where the values are made up."""

    sms: str
    email: Rendered
    as_shown: str
    longest: str
    is_too_long: bool
    reference: str

    @property
    def paragraphs(self) -> list[str]:
        """Return the paragraphs of the e-mail, each of which finds its own direction."""
        return self.email.body.split("\n\n")


def wording_preview(
    template: str, language: str, wording: Wording, *, user: User, at: datetime
) -> WordingPreview | None:
    """Return how words read on the newest case ``user`` may see; None where they cannot be filled."""
    case = Case.objects.visible_to(user, at=at).select_related("agency").order_by("-pk").first()
    context = _context(language, case, at=at) | links.common_context()
    try:
        return _preview(template, language, wording, context, case)
    except WordingIncomplete:
        return None


def _preview(
    template: str, language: str, wording: Wording, context: Mapping[str, str], case: Case | None
) -> WordingPreview:
    is_about_case = "ref" in required_context(template)
    # What has an address of its own to open leads nowhere else.
    is_linked = is_about_case and "url" not in required_context(template)

    def fill(channel: Channel, letter: str) -> Rendered:
        has_link = wording.sms_carries_link if channel == Channel.SMS else is_linked
        link = links.short_link(letter * links.LINK_LETTERS, channel) if has_link else ""
        return compose(wording, channel=channel, language=language, context=context, link=link)

    email, reference = fill(Channel.EMAIL, DOTS), case.reference if case and is_about_case else ""
    if not wording.sms:
        return WordingPreview("", email, "", "", is_too_long=False, reference=reference)
    parts, longest = parts_allowed(template, language), longest_size(language, wording)
    return WordingPreview(
        sms=fill(Channel.SMS, DOTS).body,
        email=email,
        as_shown=size_text(size_of_sms(fill(Channel.SMS, _SAMPLE_LETTER).body), parts),
        longest=size_text(longest, parts),
        is_too_long=longest.segments > parts,
        reference=reference,
    )


def _context(language: str, case: Case | None, *, at: datetime) -> dict[str, str]:
    """Return the values of the placeholders on a case, made up where it has none."""
    with translation.override(language):
        return {
            **proofreading.LONGEST_VALUES,
            "ref": case.reference if case else proofreading.LONGEST_VALUES["ref"],
            "kind": case.kind if case else "complaint",
            "agency": _agency(case),
            "date": day_digits(_date(case, at)),
            "url": f"{settings.PUBLIC_URL}/{language}/",
            "alarm": str(AlarmKind.QUEUE_OLD.label),
            "due_today": "3",
            "at_risk": "2",
            "to_decide": "1",
            "triage": "3",
            "likely_missed": "1",
            "returned": "1",
            "failed": "0",
            "count": "4",
            "reported": "2",
            "vacant": "1",
            "cases": f"{proofreading.LONGEST_VALUES['ref']}: {_delay(case, at)}.",
            "delay": _delay(case, at),
            "late": f"{_delay(case, at)}.",
            "role": str(Role.SUPERVISOR.label),
            "status": pgettext("status of a case", "In progress"),
        }


def _agency(case: Case | None) -> str:
    agency = case.agency if case and case.agency else Agency.objects.filter(is_complainable=True).first()
    return agency.short_name if agency else gettext("the agency")


def _delay(case: Case | None, at: datetime) -> str:
    return gettext("Late since %(day)s") % {"day": day_digits(_date(case, at))}


def _date(case: Case | None, at: datetime) -> date:
    return timezone.localdate((case.deadline_at if case else None) or at)


# ---- the length of an SMS ----


def size_text(size: Size, parts: int) -> str:
    """Return the length of an SMS in one line; ``parts`` is how many it may have."""
    return size_pattern() % {
        "places": size.places,
        "room": size.room(parts),
        "encoding": size.encoding,
        "parts": size.segments,
    }


def size_pattern() -> str:
    """Return the line that says a size, its numbers still open: the page's script fills them too."""
    return gettext("%(places)s of %(room)s characters · parts: %(parts)s · %(encoding)s")


def counter(template: str, language: str) -> dict[str, str]:
    """Return what the page's script needs to count as the server does; nothing where there is no SMS."""
    if not WORDINGS[language][template].sms:
        return {}
    return {
        "longest": json.dumps(longest_context(language)),
        "parts": str(parts_allowed(template, language)),
        "pattern": size_pattern(),
    }


# ---- The form in which a wording is edited. ----


class WordingForm(Form):
    """The wording of one template in one language.

    ``wording`` is what was typed, right or wrong; ``is_readable`` tells that no field is unreadable.
    """

    sms = ParagraphField(max=LONGEST["sms"], label=_("SMS"), widget=forms.Textarea(attrs={"rows": 3}))
    subject = LineField(max=LONGEST["subject"], label=_("Subject of the e-mail"))
    text = ParagraphField(
        max=LONGEST["text"],
        label=_("Text of the e-mail"),
        help_text=_("The case link, if there is one, and the signature are added below it automatically."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, template: str, language: str, wording: Wording
    ) -> None:
        super().__init__(data, initial={field: getattr(wording, field) for field in FIELDS})
        self.template, self.language, self.wording = template, language, wording
        self.built_in, self.is_readable = WORDINGS[language][template], True
        if not self.built_in.sms:
            del self.fields["sms"]
        for field in self.fields.values():
            field.widget.attrs |= {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}

    def clean(self) -> dict[str, Any]:
        """Proofread the fields that can be read at all."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        typed = {field: cleaned[field] for field in FIELDS if field in cleaned}
        self.wording, self.is_readable = replace(self.built_in, **typed), typed.keys() >= self.fields.keys()
        for field, sentences in proofreading.problems(self.template, self.language, self.wording).items():
            if field in typed:
                self.add_error(field, sentences)
        return cleaned


# ---- The wordings of messages: the list of templates, and the page on which the unit edits one in one
# language.


#: The buttons that save: what was typed, an earlier edition, the built-in words.
SAVES = frozenset({"save", "restore", "built_in"})


@staff_required(CMU)
@require_safe
def wordings_page(request: HttpRequest) -> HttpResponse:
    """List every template with its newest edition in both languages."""
    context = {"groups": wording_groups(), **frame(signed_in_user(request), at=timezone.now())}
    return render(request, "complaints/message_centre/wordings/wordings.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def wording_page(request: HttpRequest, template: str, language: str) -> HttpResponse:
    """Show the wording of a template in a language; save another one, or restore an earlier edition."""
    if template not in WORDINGS.get(language, {}):
        raise Http404
    edit = _WordingEdit(request, signed_in_user(request), template, language, timezone.now())
    form = edit.form()
    if request.method != "POST" or not form.is_valid() or SAVES.isdisjoint(request.POST):
        return edit.page(form)
    return edit.save(form)


@dataclass(frozen=True)
class _WordingEdit:
    """A request to the wording of one template in one language."""

    request: HttpRequest
    user: User
    template: str
    language: str
    at: datetime

    def form(self) -> WordingForm:
        """Return the form with what was typed or chosen, with the newest words while the page is only being opened."""
        past = editions.history(self.template, self.language)
        built_in = WORDINGS[self.language][self.template]
        data = _typed(self.request.POST, past, built_in) if self.request.method == "POST" else None
        newest = editions.edition_wording(past[0]) if past else built_in
        return WordingForm(data, template=self.template, language=self.language, wording=newest)

    def save(self, form: WordingForm) -> HttpResponse:
        """Save what the form has; whoever was overtaken keeps it and reads whose words are in force."""
        by, seen = staff_key(self.user.pk), _number(self.request.POST.get("seen", ""))
        try:
            edition = editions.save(self.template, self.language, **_fields(form.wording), by=by, at=self.at, seen=seen)
        except editions.EditedMeanwhile:
            return self.page(form, status=HTTPStatus.CONFLICT)
        messages.success(self.request, _saved_text() if edition else gettext("This version is already in use."))
        return redirect("wording", self.template, self.language)

    def page(self, form: WordingForm, *, status: int = 200) -> HttpResponse:
        """Show the page: the form, how its words read, and the editions of before."""
        past = edition_states(self.template, self.language)
        preview = wording_preview(self.template, self.language, form.wording, user=self.user, at=self.at)
        context = {
            "form": form,
            "name": template_name(self.template),
            "template": self.template,
            "language": self.language,
            "editions": past,
            "preview": preview if form.is_readable else None,
            "placeholders": placeholders(self.template, self.language),
            "counter": counter(self.template, self.language),
            "is_overtaken": status == HTTPStatus.CONFLICT,
            **frame(self.user, at=self.at),
        }
        return render(self.request, "complaints/message_centre/wordings/wording.html", context, status=status)


def _typed(data: QueryDict, past: Sequence[WordingEdition], built_in: Wording) -> Mapping[str, Any]:
    """Return the words that were typed, those of the earlier edition that was chosen, or the built-in ones."""
    if "built_in" in data:
        return _fields(built_in)
    if "restore" in data:
        number = _number(data.get("restore", ""))
        chosen = next((edition for edition in past if edition.pk == number), None)
        if chosen is None:
            raise Http404
        return _fields(editions.edition_wording(chosen))
    return data


def _fields(wording: Wording) -> dict[str, str]:
    return {field: getattr(wording, field) for field in FIELDS}


def _number(text: str) -> int:
    """Return the number of an edition, one that no edition has where it is none."""
    number = sent_number(text)
    return -1 if number is None else number


def _saved_text() -> str:
    return gettext(
        "Saved. New messages will use this version within half a minute. Messages already waiting keep their text."
    )
