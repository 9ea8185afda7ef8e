"""The forms of a consultation: the request of the officer, the estimate and the finding of the directorate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import Absence, Membership, User
from accounts.models.users import LANGUAGES
from accounts.roles import Role
from agencies.models import Directorate, current_calendar
from complaints.case_text.deadline import GivenEstimate, given_estimates
from complaints.engine import links
from complaints.models import WITH_DIRECTORATE, Attachment, Case, Consultation, ConsultationState, Estimate
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions.readers import has_part
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, LineField, NumberField, ParagraphField

#: Working days a directorate can ask for at once; the topic's limit is far below.
MOST_DAYS = 90
#: Times given on one request; the number in a page is no larger.
MOST_TIMES = 999
SIGNATURE_LENGTH = 120


#: Why a directorate that was offered a moment ago cannot be asked.
NO_MORE = _("This directorate is no longer active. Choose another one")

IN_OTHER_HANDS = _("The case is with a directorate or an outside centre. It must come back before you ask another one.")


class AsksNowForm(Form):
    """A tick with which a directorate is asked by the same press, and what it is asked then."""

    asks_now = forms.BooleanField(required=False, label=_("Ask this directorate now"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        required=False,
        label=_("What should the directorate examine?"),
        help_text=_(
            "The directorate reads this and the citizen's text and files, without the citizen's name and numbers."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the words that go with the tick."""
        cleaned = super().clean() or {}
        if cleaned.get("asks_now") and "text" in cleaned and not cleaned["text"]:
            self.add_error("text", _("Write what the directorate should examine"))
        return cleaned

    def offer_no_asking(self) -> None:
        """Leave the tick and the words out."""
        del self.fields["asks_now"], self.fields["text"]

    @property
    def request_text(self) -> str:
        """Return what the directorate is asked now, empty without the tick."""
        return str(self.cleaned_data["text"]) if self.cleaned_data.get("asks_now") else ""


class ConsultForm(Form):
    """Which directorate is asked what, and in which language its page speaks."""

    directorate = forms.ChoiceField(label=_("Directorate"), error_messages={"invalid_choice": NO_MORE})
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("What should the directorate examine?"),
        error_messages={"required": _("Write what the directorate should examine")},
        help_text=_(
            "The directorate reads this and the citizen's text and files, without the citizen's name and numbers."
        ),
    )
    language = ChoiceCardsField(
        cards=[Card(code, name) for code, name in LANGUAGES], label=_("Language of the directorate's page")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        files: Any = None,
        *,
        directorates: Sequence[Directorate],
        chosen: Directorate | None = None,
    ) -> None:
        super().__init__(data, files, initial={"language": "ar", "directorate": str(chosen.pk) if chosen else ""})
        self.directorates = {str(directorate.pk): directorate for directorate in directorates}
        names = [(key, directorate.name) for key, directorate in self.directorates.items()]
        self.offer_choices("directorate", names, empty=CHOOSE)

    @property
    def chosen_directorate(self) -> Directorate:
        """Return the directorate chosen, once the form is complete."""
        return self.directorates[self.cleaned_data["directorate"]]


class EstimateForm(Form):
    """The working days a directorate needs; other days than before need a reason."""

    number = forms.IntegerField(min_value=1, max_value=MOST_TIMES, widget=forms.HiddenInput)
    days = NumberField(
        min=1,
        max=MOST_DAYS,
        label=_("Working days you need"),
        help_text=_("They count from tomorrow. Fridays, Saturdays and holidays do not count."),
    )
    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Why do you need a different time?"),
        error_messages={"required": _("Write why you need a different time")},
        help_text=_("The officer of the agency reads it."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, last: Estimate | None, typed: Mapping[str, Any] | None = None
    ) -> None:
        """Ask for a reason from the second time on; ``typed`` is what somebody who was overtaken wrote."""
        following = last.number + 1 if last else 1
        super().__init__(data, initial={**(typed or {}), "number": following})
        # What was sent speaks of the page it was typed on, so that a second press is no second time.
        if (str(self.data.get("number", "")) if self.is_bound else str(following)) == "1":
            del self.fields["reason"]


class FindingForm(TextWithFilesForm):
    """What the directorate found, who writes it, and files."""

    finding = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=7,
        label=_("Your finding"),
        help_text=_("Say what you examined and when, what the problem is, and what was done or needs to be done."),
    )
    signed_as = LineField(max=SIGNATURE_LENGTH, min=3, label=_("Your name and position"))
    field_order = ("finding", "signed_as", "attachments")


class ConsultWithFilesForm(TextWithFilesForm, ConsultForm):
    """A request to a directorate, with files that it reads with it."""


def typed_in(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the words that were sent for a request that is over, with their headings, so that nobody types twice."""
    headings = {
        "reason": _("Why do you need a different time?"),
        "finding": _("Your finding"),
        "signed_as": _("Your name and position"),
    }
    typed = ((str(heading), str(data.get(name, "")).strip()) for name, heading in headings.items())
    return [(heading, text) for heading, text in typed if text]


# ---- The members of directorates who have accounts, and the consultations they may read and answer. ----


MEMBERS: Final = frozenset({Role.DIRECTORATE_MEMBER})


def own_directorates(user: User, *, at: datetime) -> QuerySet[Directorate]:
    """Return the directorates ``user`` is a member of on the day of ``at``, or stands in for a member who is away."""
    day = timezone.localdate(at)
    absent = Absence.objects.on(day).filter(deputy=user).values("user")
    held = Membership.objects.active(day).filter(Q(user=user) | Q(user__in=absent, user__is_active=True))
    return Directorate.objects.filter(
        pk__in=held.filter(role=Role.DIRECTORATE_MEMBER, directorate__isnull=False).values("directorate")
    )


def own_consultations(user: User, *, at: datetime) -> QuerySet[Consultation]:
    """Return the consultations of the user's directorates, but for those on a case of their own or about them."""
    rows = links.with_case().filter(directorate__in=own_directorates(user, at=at))
    return rows.exclude(state=ConsultationState.REVOKED).filter(
        case__in=Case.objects.not_own_or_recused(user).values("pk")
    )


def waiting_consultations(user: User, *, at: datetime) -> QuerySet[Consultation]:
    """Return the consultations that wait for the user's directorates, the oldest first, with their estimates."""
    waiting = own_consultations(user, at=at).filter(state__in=WITH_DIRECTORATE)
    return waiting.prefetch_related("estimates").order_by("pk")


# ---- What officers read of the directorates they asked: the estimates, the finding, and the link to hand over. ----


_FILES: Final = Prefetch("attachments", Attachment.objects.select_related("shown"))
_FINDINGS_FILES: Final = Prefetch("attachments", Attachment.objects.filter(event=None).select_related("shown"))


@dataclass(frozen=True, kw_only=True)
class ConsultationSummary:
    """One consultation as the agency that asked reads it.

    ``files`` came with the finding, ``asked_files`` with the request; those that the citizen sees have ``shown``.
    ``link`` is there for whoever may hand it over, while it opens the case; ``is_beyond`` tells that the time given
    ends after the day promised to the citizen.
    """

    consultation: Consultation
    estimates: Sequence[GivenEstimate]
    files: Sequence[Attachment]
    asked_files: Sequence[Attachment]
    link: str
    is_open: bool
    has_expired: bool
    is_beyond: bool

    @property
    def is_found(self) -> bool:
        """Tell whether the directorate gave its finding."""
        return self.consultation.state == ConsultationState.FOUND


def consultation_summaries(case: Case, *, at: datetime, shows_link: bool) -> list[ConsultationSummary]:
    """Return what directorates were asked about ``case``, the newest first, in four statements at most.

    ``shows_link`` tells that the reader may give the link to the directorate.
    """
    if not has_part(case, "consultations"):
        return []
    rows = case.consultations.select_related("directorate", "asked_by").prefetch_related("estimates", _FILES)
    consultations = list(rows.order_by("-asked_at", "-pk"))
    calendar = current_calendar() if any(consultation.days for consultation in consultations) else None
    summaries = []
    for consultation in consultations:
        estimates = given_estimates(consultation.estimates.all(), calendar=calendar) if calendar else []
        summaries.append(_summary(consultation, at=at, estimates=estimates, shows_link=shows_link))
    return summaries


def last_consultation(case: Case) -> Consultation | None:
    """Return what a directorate was asked last about ``case``, unless it was taken back."""
    kept = case.consultations.exclude(state=ConsultationState.REVOKED)
    return kept.order_by("-asked_at", "-pk").first()


def asked_text(directorate: Directorate) -> str:
    """Say how a request that was just made reaches ``directorate``."""
    if directorate.email:
        return gettext("The request is being sent to the directorate by e-mail.")
    return gettext("The request is ready. Copy its link from the page of the case and give it to the directorate.")


def findings(case: Case) -> list[Consultation]:
    """Return the findings directorates gave on ``case``, the newest first."""
    found = case.consultations.filter(state=ConsultationState.FOUND).select_related("directorate")
    return list(found.prefetch_related(_FINDINGS_FILES).order_by("-ended_at", "-pk"))


def _summary(
    consultation: Consultation, *, at: datetime, estimates: Sequence[GivenEstimate], shows_link: bool
) -> ConsultationSummary:
    is_open = consultation.state in WITH_DIRECTORATE
    has_expired = is_open and at >= consultation.expires_at
    promised, files = consultation.case.promised_on, consultation.attachments.all()
    return ConsultationSummary(
        consultation=consultation,
        estimates=estimates,
        files=[file for file in files if file.event_id is None],
        asked_files=[file for file in files if file.event_id is not None],
        link=links.link_url(consultation) if shows_link and is_open and not has_expired else "",
        is_open=is_open,
        has_expired=has_expired,
        is_beyond=is_open and bool(estimates) and promised is not None and estimates[-1].until > promised,
    )
