"""What the pages of wordings show: the templates in groups, who wrote each edition, and a preview on a real case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy as _, pgettext
from django_stubs_ext import StrPromise

from accounts.contact.recipients import STAFF_PREFIX, staff_key
from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.case_text.message_names import NAMES
from complaints.models import Case
from kit.dates import day_digits
from notifications.models import AlarmKind, Channel, WordingEdition
from notifications.wordings import LANGUAGES, TEMPLATES, WORDINGS, editions, links, proofreading, required_context
from notifications.wordings.composing import Rendered, WordingIncomplete, compose
from notifications.wordings.proofreading import (
    allowed_placeholders,
    longest_context,
    longest_size,
    parts_allowed,
    required_placeholders,
)
from notifications.wordings.sms import Size, size as size_of_sms
from notifications.wordings.wording import FIELDS, Wording

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
