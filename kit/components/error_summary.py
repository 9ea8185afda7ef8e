"""What is to be corrected in a form, at the top of its page."""

from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import ngettext

from kit.forms import BirthDateInput

register = template.Library()


@dataclass(frozen=True)
class Mistake:
    """One error of a form: its sentence and the id of the box it belongs to."""

    text: str
    anchor: str


@register.inclusion_tag("components/error_summary.html")
def error_summary(*, form: forms.BaseForm) -> dict[str, Any]:
    """List what is to be corrected, each line a link to its box; nothing when there is nothing."""
    mistakes = _mistakes(form) if form.is_bound else []
    count = len(mistakes)
    title = ngettext("%(count)s thing to fix", "%(count)s things to fix", count) % {"count": count}
    return {"mistakes": mistakes, "title": title}


def _mistakes(form: forms.BaseForm) -> list[Mistake]:
    """Return the errors in the order of the boxes; a check across fields may have found them in another."""
    errors = form.errors.as_data()
    names = [*(name for name in form.fields if name in errors), *(name for name in errors if name not in form.fields)]
    return [
        Mistake(str(message), _anchor(form[name] if name in form.fields else None, error))
        for name in names
        for error in errors[name]
        for message in error.messages
    ]


def _anchor(bound: BoundField | None, error: ValidationError) -> str:
    if bound is None or bound.is_hidden:
        return ""
    widget = bound.field.widget
    if isinstance(widget, BirthDateInput):
        return f"{bound.auto_id}_{wrong_part(error)}"
    if isinstance(widget, forms.RadioSelect):
        return f"{bound.auto_id}_0"
    return bound.auto_id


def wrong_part(error: ValidationError) -> str:
    """Return which of the three boxes of a date an error is about."""
    return error.code if error.code in BirthDateInput.parts else "day"
