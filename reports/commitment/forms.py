"""The forms of the index: a draft, a reply and its answer, a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from complaints.staff.forms import SHORTEST_TEXT
from kit.dates import day_digits
from kit.forms import DayBoxField, Form, LineField, NumberField, ParagraphField
from reports.commitment.index import Rule
from reports.commitment.rules import rule_on
from reports.forms import PeriodForm
from reports.models.commitment import REASON_LENGTH, REPLY_LENGTH, Component
from reports.periods import Preset

#: Days for the replies of agencies, unless another day is chosen.
_REPLY_DAYS: Final = timedelta(days=14)
_FULL: Final = 100


def _after_today(day: date, today: date) -> date:
    if day <= today:
        raise ValidationError(gettext("Choose a day after %(today)s") % {"today": day_digits(today)})
    return day


class DraftForm(PeriodForm):
    """The period of a draft, which is over, and the last day of the replies."""

    must_be_over: ClassVar[bool] = True

    reply_until = DayBoxField(label=_("Last day for replies"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        last_month = Preset.LAST_MONTH.period(today)
        initial = {"first": last_month.first, "last": last_month.last, "reply_until": today + _REPLY_DAYS}
        super().__init__(data, initial=initial, today=today)

    def clean_reply_until(self) -> date:
        """Refuse a day that leaves no time."""
        return _after_today(self.cleaned_data["reply_until"], self.today)


class RecountForm(Form):
    """A new last day of the replies, for a draft that is counted again."""

    reply_until = DayBoxField(label=_("Last day for replies"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        self.today = today
        super().__init__(data, initial={"reply_until": today + _REPLY_DAYS})

    def clean_reply_until(self) -> date:
        """Refuse a day that leaves no time."""
        return _after_today(self.cleaned_data["reply_until"], self.today)


class ReplyForm(Form):
    """What an agency says about its index, or the unit about a reply."""

    text = ParagraphField(min=SHORTEST_TEXT, max=REPLY_LENGTH, rows=6, label=_("Reply"))


class RuleForm(Form):
    """The weights, the limits of the groups and the strength, from a day on."""

    decides = NumberField(max=_FULL, label=Component.DECIDES.label)
    answers = NumberField(max=_FULL, label=Component.ANSWERS.label)
    substance = NumberField(max=_FULL, label=Component.SUBSTANCE.label)
    confirmed = NumberField(max=_FULL, label=Component.CONFIRMED.label)
    objections = NumberField(max=_FULL, label=Component.OBJECTIONS.label)
    bounces = NumberField(max=_FULL, label=Component.BOUNCES.label)
    extensions = NumberField(max=_FULL, label=Component.EXTENSIONS.label)
    medium_from = NumberField(min=1, label=_("An agency counts as medium-sized from this number of cases on"))
    large_from = NumberField(min=2, label=_("An agency counts as large from this number of cases on"))
    strength = NumberField(
        min=1, max=1000, label=_("Strength: the number of cases that the mean of the group counts as")
    )
    starts_on = DayBoxField(label=_("Applies to periods that end on this day or later"))
    because = LineField(min=SHORTEST_TEXT, max=REASON_LENGTH, label=_("Reason"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        self.today, rule = today, rule_on(today)
        initial: dict[str, Any] = {component.value: weight for component, weight in rule.weights.items()}
        initial |= {name: getattr(rule, name) for name in ("medium_from", "large_from", "strength")}
        super().__init__(data, initial=initial | {"starts_on": today})

    def clean_starts_on(self) -> date:
        """Refuse a day that is over: an index is not changed afterwards."""
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise ValidationError(gettext("A rule can apply from today at the earliest"))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse weights that do not add up to 100, and groups out of order."""
        cleaned = super().clean() or {}
        weights = [cleaned.get(component.value) for component in Component]
        if None not in weights and (total := sum(filter(None, weights))) != _FULL:
            text = gettext("The weights add up to %(total)s. They must add up to 100.")
            self.add_error(Component.DECIDES.value, text % {"total": total})
        if cleaned.get("large_from", 2) <= cleaned.get("medium_from", 1):
            self.add_error("large_from", gettext("This number must be larger than the one above"))
        return cleaned

    @property
    def rule(self) -> Rule:
        """Return the rule of a valid form."""
        weights = {component: self.cleaned_data[component.value] for component in Component}
        return Rule(weights, *(self.cleaned_data[name] for name in ("medium_from", "large_from", "strength")))
