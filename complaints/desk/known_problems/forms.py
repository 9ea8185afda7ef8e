"""The form of a known problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.models import PROBLEM_LENGTH, Agency, City, Governorate, KnownProblem, Topic
from complaints.actions.known_problems import ProblemText
from complaints.staff.forms import SHORTEST_TEXT
from complaints.workflow import Kind
from kit.forms import CHOOSE, DayBoxField, Form, ParagraphField, TimeBoxField
from kit.unit import unit_name

#: A problem lasts no longer: after that people are to complain again.
LONGEST: Final = timedelta(days=60)
#: How far ahead one is announced.
MOST_AHEAD: Final = timedelta(days=60)
#: What the choices send for the unit, and before the code of a governorate or the key of a place.
UNIT, GOVERNORATE, CITY = "unit", "g:", "c:"
COUNTRY = _("The whole country")


class KnownProblemForm(Form):
    """A known problem in both languages: whose, about what, where, and from when until when.

    ``agencies`` are those the user publishes for; None among them is the unit. Where there is one, it is not asked.
    """

    agency = forms.ChoiceField(label=_("Who publishes it"))
    topic = forms.ChoiceField(label=pgettext_lazy("of a case", "Topic"))
    area = forms.ChoiceField(required=False, label=_("Where"))
    text_ar = ParagraphField(
        max=PROBLEM_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("What people read, in Arabic"),
        help_text=_("What happened, where exactly, and what is being done. Everybody reads it: name no person."),
    )
    text_en = ParagraphField(max=PROBLEM_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("What people read, in English"))
    starts_on = DayBoxField(label=_("First day"))
    starts_time = TimeBoxField(label=_("From what time"))
    ends_on = DayBoxField(label=_("Last day"))
    ends_time = TimeBoxField(
        label=_("Until what time"),
        help_text=_(
            "It ends automatically then, and everybody who joined is told. "
            "You can end it earlier, or choose a later end."
        ),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        at: datetime,
        agencies: Sequence[Agency | None],
        stored: KnownProblem | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(stored, at))
        self.at, self.stored = at, stored
        self.agencies = {agency.code if agency else UNIT: agency for agency in agencies}
        if len(agencies) == 1 or stored is not None:
            del self.fields["agency"]
        else:
            names = [(code, agency.name if agency else unit_name()) for code, agency in self.agencies.items()]
            self.offer_choices("agency", names, empty=CHOOSE)
        self.topics = _topics(stored)
        self.offer_choices("topic", _grouped(self.topics), empty=CHOOSE)
        self.offer_choices("area", _areas(), empty=COUNTRY)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning, one that is over already, and spans that are too long or too far."""
        cleaned = super().clean() or {}
        if not {"starts_on", "starts_time", "ends_on", "ends_time"} <= cleaned.keys():
            return cleaned
        starts = _moment(cleaned["starts_on"], cleaned["starts_time"])
        ends = _moment(cleaned["ends_on"], cleaned["ends_time"])
        if ends <= max(starts, self.at):
            self.add_error("ends_on", _("The end must be after the beginning, and in the future"))
        elif ends - starts > LONGEST:
            self.add_error("ends_on", _("Choose an end at most 60 days after the beginning"))
        if starts > self.at + MOST_AHEAD:
            self.add_error("starts_on", _("Choose a beginning within the next 60 days"))
        return cleaned | {"starts_at": starts, "ends_at": ends}

    @property
    def text(self) -> ProblemText:
        """Return what the valid form says."""
        said = self.cleaned_data
        governorate, city = _place(said["area"])
        return ProblemText(
            agency=self._agency(),
            topic=self.topics[said["topic"]],
            governorate=governorate,
            city=city,
            **{name: said[name] for name in ("text_ar", "text_en", "starts_at", "ends_at")},
        )

    def _agency(self) -> Agency | None:
        if self.stored is not None:
            return self.stored.agency
        if "agency" in self.fields:
            return self.agencies[self.cleaned_data["agency"]]
        return next(iter(self.agencies.values()))


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def _initial(stored: KnownProblem | None, at: datetime) -> dict[str, Any]:
    starts = timezone.localtime(stored.starts_at if stored else at)
    values: dict[str, Any] = {"starts_on": starts.date(), "starts_time": starts.time().replace(second=0, microsecond=0)}
    if stored is None:
        return values
    ends = timezone.localtime(stored.ends_at)
    place = f"{CITY}{stored.city_id}" if stored.city_id else ""
    area = place or (f"{GOVERNORATE}{stored.governorate.code}" if stored.governorate else "")
    said = {"topic": stored.topic.code, "area": area, "text_ar": stored.text_ar, "text_en": stored.text_en}
    return values | said | {"ends_on": ends.date(), "ends_time": ends.time()}


def _topics(stored: KnownProblem | None) -> dict[str, Topic]:
    """Return the topics and groups that complaints are about, and the one of a stored problem."""
    found = Topic.objects.filter(is_active=True, kinds__contains=[Kind.COMPLAINT]).select_related("parent")
    topics = {topic.code: topic for topic in found}
    groups = {topic.parent.code: topic.parent for topic in topics.values() if topic.parent}
    kept = {stored.topic.code: stored.topic} if stored else {}
    return groups | topics | kept


def _grouped(topics: Mapping[str, Topic]) -> list[tuple[str, Any]]:
    """Return the groups, each with itself and its topics."""
    tops = [topic for topic in topics.values() if topic.parent_id is None]
    below = {top.pk: [topic for topic in topics.values() if topic.parent_id == top.pk] for top in tops}
    return [(top.name, [(one.code, one.name) for one in (top, *below[top.pk])]) for top in tops]


def _areas() -> list[tuple[str, Any]]:
    """Return the governorates, each with itself and its places; two statements."""
    governorates = Governorate.objects.prefetch_related("cities")
    return [
        (
            one.name,
            [
                (f"{GOVERNORATE}{one.code}", one.name),
                *((f"{CITY}{city.pk}", city.name) for city in one.cities.all() if city.is_active),
            ],
        )
        for one in governorates
    ]


def _place(area: str) -> tuple[Governorate | None, City | None]:
    """Return the governorate and the place that were chosen; the choice has offered them."""
    if area.startswith(CITY):
        city = City.objects.select_related("governorate").get(pk=area.removeprefix(CITY))
        return city.governorate, city
    return (Governorate.objects.get(code=area.removeprefix(GOVERNORATE)) if area else None), None
