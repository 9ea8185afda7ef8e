"""A whole form field: label, hint, errors and the box its widget calls for."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kit.components.error_summary import wrong_part
from kit.components.markup import markup
from kit.forms import BirthDateInput, Card, ChoiceCards
from kit.fragments import escaped

register = template.Library()


# The first class that fits decides; a subclass must stand above its parent.
WIDGET_TEMPLATES: Sequence[tuple[type[forms.Widget], str]] = (
    (BirthDateInput, "date_parts"),
    (forms.HiddenInput, "hidden"),
    (forms.PasswordInput, "password"),
    (forms.FileInput, "files"),
    (forms.CheckboxInput, "checkbox"),
    (forms.RadioSelect, "choices"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (Input, "input"),
)


@register.simple_tag
def field(  # noqa: PLR0913 - one tag draws every field, so that a page reads as an outline
    *,
    field: BoundField,
    size: str = "",
    large: bool = False,
    columns: int = 1,
    label: object = "",
    hide_label: bool = False,
    optional: bool | None = None,
    note: object = "",
    action: object = "",
) -> SafeString:
    """Render a whole form field: label, hint, errors and the box its widget calls for.

    ``size`` is xs, sm, md, lg or code; ``large`` makes the label a question's title; ``columns`` lays choice cards side
    by side; ``note`` replaces the help text where it needs markup; ``action`` is the words of a button beside the box.
    """
    kind = _kind(field.field.widget)
    content = {
        "bound": field,
        "id": field.auto_id,
        "name": field.html_name,
        "label": label or field.label,
        "hint": note or field.help_text,
        "errors": _field_errors(field),
        "optional": not field.field.required if optional is None else optional,
        "large": large,
        "columns": columns,
        "hide_label": hide_label,
        "action": action,
        "css": _input_class(size),
    }
    described_by = _described_by(content)
    content |= {"described_by": described_by, "attributes": _attributes(field, described_by=described_by)}
    return markup(f"field/{kind}", **content, **PARTICULARS[kind](field))


def _kind(widget: forms.Widget) -> str:
    return next(kind for base, kind in WIDGET_TEMPLATES if isinstance(widget, base))


def _field_errors(bound: BoundField) -> list[str]:
    return [str(error) for error in bound.errors] if bound.form.is_bound else []


def _input_class(size: str) -> str:
    return "input code-input" if size == "code" else f"input w-{size}" if size else "input"


def _described_by(content: Mapping[str, Any]) -> str:
    parts = {"hint": content["hint"], "error": content["errors"]}
    return " ".join(f"{content['id']}-{part}" for part, present in parts.items() if present)


def _attributes(bound: BoundField, *, described_by: str) -> str:
    """Return the widget's own attributes with those that tie it to its hint and errors."""
    attributes = {
        key: value for key, value in bound.field.widget.attrs.items() if key not in {"maxlength", "minlength"}
    }
    if described_by:
        attributes["aria-describedby"] = described_by
    if bound.form.is_bound and bound.errors:
        attributes["aria-invalid"] = "true"
    if bound.field.disabled:
        attributes["disabled"] = True
    return flatatt(attributes)


def _shown(bound: BoundField) -> object:
    """Return the value to put back into the box, without the NULs that no page may carry."""
    value = bound.field.widget.format_value(bound.value())
    return "" if value is None else str(value).replace("\0", "")


def _choice_type(widget: forms.Widget) -> str:
    return "checkbox" if isinstance(widget, forms.CheckboxSelectMultiple) else "radio"


def _card_groups(bound: BoundField) -> list[dict[str, Any]]:
    """Return the answers in their groups, in the order they were given."""
    widget = bound.field.widget
    cards: Mapping[str, Card] = widget.cards if isinstance(widget, ChoiceCards) else {}
    groups: list[dict[str, Any]] = []
    for place, option in enumerate(widget.subwidgets(bound.html_name, bound.value())):
        answer = cards.get(str(option["value"]), Card(str(option["value"]), option["label"]))
        if not groups or groups[-1]["title"] != answer.group:
            groups.append({"title": answer.group, "options": [], "open": not groups})
        groups[-1]["options"].append({"card": answer, "checked": option["selected"], "id": f"{bound.auto_id}_{place}"})
        groups[-1]["open"] = groups[-1]["open"] or option["selected"]
    return groups


def _option_groups(bound: BoundField) -> list[dict[str, Any]]:
    """Return the options of a list in their groups, written in code: a page of filters has hundreds."""
    widget = bound.field.widget
    chosen = set(widget.format_value(bound.value()))
    return [
        {"title": title, "options": SafeString("".join([_option(value, label, chosen) for value, label in options]))}
        for title, options in _titled_options(widget.choices)
    ]


def _titled_options(choices: Iterable[tuple[Any, Any]]) -> Iterator[tuple[object, Sequence[tuple[Any, Any]]]]:
    """Yield the options under their titles; those between two groups have none."""
    for is_group, found in groupby(choices, key=lambda choice: isinstance(choice[1], (list, tuple))):
        if is_group:
            yield from found
        else:
            yield "", list(found)


def _option(value: object, label: Any, chosen: Container[str]) -> str:
    text = "" if value is None else str(value)
    selected = " selected" if text in chosen else ""
    shown = escaped(label if isinstance(label, str) else str(label))
    return f'<option value="{escaped(text)}"{selected}>{shown}</option>'


def _date_parts(bound: BoundField) -> list[dict[str, Any]]:
    values = bound.field.widget.format_value(bound.value())
    wrong = {wrong_part(error) for error in bound.errors.as_data()} if bound.form.is_bound else set()
    labels = {"day": gettext("Day"), "month": gettext("Month"), "year": gettext("Year")}
    return [
        {
            "name": part,
            "label": labels[part],
            "value": str(value).replace("\0", ""),
            "wrong": part in wrong,
            "autocomplete": bound.field.widget.autocomplete.format(part=part),
        }
        for part, value in zip(BirthDateInput.parts, values, strict=True)
    ]


# What one kind of widget needs beyond the others.
PARTICULARS: Mapping[str, Callable[[BoundField], dict[str, Any]]] = {
    "choices": lambda bound: {"groups": _card_groups(bound), "input_type": _choice_type(bound.field.widget)},
    "select": lambda bound: {"option_groups": _option_groups(bound)},
    "date_parts": lambda bound: {"parts": _date_parts(bound)},
    "checkbox": lambda bound: {"checked": bool(bound.value())},
    "textarea": lambda bound: {"limit": bound.field.widget.attrs.get("data-max"), "value": _shown(bound)},
    "input": lambda bound: {"value": _shown(bound), "input_type": getattr(bound.field.widget, "input_type", "text")},
    "hidden": lambda bound: {"value": _shown(bound)},
    "password": lambda _bound: {},
    "files": lambda _bound: {},
}


@register.simple_tag
def fields(*, form: forms.BaseForm) -> SafeString:
    """Render every field of a form in its order, hidden ones included."""
    return format_html_join("", "{}", ((field(field=bound),) for bound in form))
