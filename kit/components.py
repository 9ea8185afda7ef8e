"""The template components: every tag a page may use, as builtins; the signature is the contract."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import phonenumbers
from django import forms, template
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext

from kit import charts, icons
from kit.dates import day_text, moment_text
from kit.forms import BirthDateInput, Card, ChoiceCards

register = template.Library()


# ---- drawings ----


@register.simple_tag
@cache
def icon(name: str, *, label: str = "") -> SafeString:
    """Draw an icon; with a ``label`` it is read aloud, without one it is decoration."""
    turned = " icon-dir" if name in icons.DIRECTIONAL else ""
    if label:
        spoken = format_html('role="img" aria-label="{}"', label)
    else:
        spoken = SafeString('aria-hidden="true" focusable="false"')
    drawing = '<svg class="icon{}" viewBox="0 0 24 24" {}><path d="{}"/></svg>'
    return format_html(drawing, turned, spoken, icons.PATHS[name])


@register.simple_tag
@cache
def mark() -> SafeString:
    """Draw the logo: a speech bubble that holds the seven-pointed star."""
    return format_html(
        '<svg viewBox="0 0 48 48" aria-hidden="true" focusable="false"><path fill="#fff" d="{}"/>'
        '<polygon fill="#a4452c" points="{}"/></svg>',
        icons.BUBBLE,
        icons.star(24, 21.3, 13),
    )


@register.simple_tag
@cache
def stars() -> SafeString:
    """Draw the star pattern that stands behind the title of the home page."""
    return format_html(
        '<svg class="stars" viewBox="0 0 440 330" preserveAspectRatio="xMidYMid slice" aria-hidden="true"'
        ' focusable="false" fill="none" stroke="currentColor" stroke-width="1.6">'
        '<defs><g id="star">{}</g></defs>{}</svg>',
        format_html_join("", '<polygon points="{}"/>', ((points,) for points in icons.DOUBLE_STAR)),
        format_html_join("", '<use href="#star" x="{}" y="{}"/>', icons.star_places()),
    )


# ---- numbers and names: isolated, so that Arabic text around them does not turn them round ----


@register.simple_tag
def num(value: float | Decimal | str, *, unit: str = "") -> SafeString:
    """Write a number left to right, with thousands separators: ``{% num 1240 %}``, ``{% num 85 unit="%" %}``."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return format_html('<bdi dir="ltr" class="nowrap">{}{}</bdi>', text, unit)


@register.simple_tag
def phone(number: str, *, link: bool = False) -> SafeString:
    """Write a telephone number in groups; ``link`` makes it one to press."""
    parsed = _parsed_phone(number)
    written = format_html('<bdi dir="ltr" class="nowrap">{}</bdi>', _grouped_phone(parsed) if parsed else number)
    if not link:
        return written
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else number
    return format_html('<a href="tel:{}">{}</a>', dialled, written)


def _parsed_phone(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, "JO")
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) and len(number) > len("117116") else None


def _grouped_phone(number: phonenumbers.PhoneNumber) -> str:
    jordan = phonenumbers.country_code_for_region("JO")
    if number.country_code != jordan:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    digits = f"0{number.national_number}"
    head = 3 if digits.startswith("07") else 2
    return f"{digits[:head]} {digits[head : head + 3]} {digits[head + 3 :]}"


@register.simple_tag
def help_phone(*, link: bool = True) -> SafeString:
    """Write the number of the contact centre."""
    return phone(settings.CALL_CENTRE_PHONE, link=link)


@register.simple_tag
def emergency_phone(*, link: bool = True) -> SafeString:
    """Write the emergency number."""
    return phone(settings.EMERGENCY_PHONE, link=link)


@register.simple_tag
def operator_name() -> str:
    """Name the unit that runs the service."""
    names: Mapping[str, str] = {"ar": settings.OPERATOR_NAME_AR, "en": settings.OPERATOR_NAME_EN}
    return names[_language()]


@register.simple_tag
def file_name(name: str) -> SafeString:
    """Write a file's name left to right, where its ending belongs."""
    return format_html('<bdi dir="ltr">{}</bdi>', name)


@register.simple_tag
def file_size(size: int) -> SafeString:
    """Write a size in kilobytes or megabytes."""
    kilobytes = size / 1024
    if kilobytes < 1024:  # noqa: PLR2004 - kilobytes in a megabyte
        return format_html(gettext("{} KB"), num(max(1, round(kilobytes))))
    return format_html(gettext("{} MB"), num(f"{kilobytes / 1024:.1f}"))


# ---- dates ----


def _language() -> str:
    return "en" if (get_language() or "ar").startswith("en") else "ar"


@register.simple_tag
def day(value: date | None) -> SafeString:
    """Write a day in words, a dash when there is none."""
    if value is None:
        return SafeString("—")
    plain = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', plain.isoformat(), day_text(plain))


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Write a day and the time of day, a dash when there is none."""
    if value is None:
        return SafeString("—")
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), moment_text(local))


# ---- small marks ----


@register.simple_tag
def tag(*, text: object, kind: str = "") -> SafeString:
    """Write a status: a word with a colour and a shape; ``kind`` is info, ok, warn, bad, wait or nothing."""
    return format_html('<span class="tag{}">{}</span>', _variant("tag", kind), text)


@register.simple_tag
def pill(count: int, *, kind: str = "", cap: int = 99) -> SafeString:
    """Write a count in a small disc, ``99+`` beyond ``cap``; ``kind`` is bad or nothing."""
    text = f"{cap}+" if count > cap else str(count)
    return format_html('<bdi dir="ltr" class="pill{}">{}</bdi>', _variant("pill", kind), text)


@register.simple_tag
def due(*, on: date | None, note: object = "", level: str = "") -> SafeString:
    """Write a deadline with a bar and words; ``level`` is late, soon, ok or nothing; a datetime shows its time too."""
    when = moment(on) if isinstance(on, datetime) else day(on)
    words = format_html("<span>{}</span>", note) if note else ""
    return format_html('<span class="due{}"><b>{}</b>{}</span>', _variant("due", level), when, words)


def _variant(block: str, kind: str) -> str:
    return f" {block}-{kind}" if kind else ""


# ---- panels ----


KINDS_OF_LEVELS = {"success": "ok", "warning": "warn", "error": "bad", "info": "", "debug": ""}


@register.simple_block_tag
def banner(content: str, *, kind: str = "", title: object = "", icon_name: str = "", role: str = "") -> SafeString:
    """Set a notice apart; ``kind`` is ok, warn, bad, wait or nothing; ``role`` (status, alert) has it read aloud.

    The level of a message of Django's is a ``kind`` too.
    """
    kind = KINDS_OF_LEVELS.get(kind, kind)
    picture = icon_name or {"ok": "check", "warn": "alert", "bad": "alert", "wait": "msg"}.get(kind, "info")
    heading = format_html("<h2>{}</h2>", title) if title else ""
    return format_html(
        '<div class="banner{}"{}>{}<div class="grow">{}{}</div></div>',
        _variant("banner", kind),
        format_html(' role="{}"', role) if role else "",
        icon(picture),
        heading,
        SafeString(content)
        if "<p" in content or "<ul" in content
        else format_html("<p>{}</p>", SafeString(content.strip())),
    )


@register.simple_block_tag
def card(content: str, *, title: object = "", id: str = "", link: str = "", link_text: object = "") -> SafeString:  # noqa: A002 - the attribute's name
    """Open a card; with ``id`` and ``title`` it is a section named by its heading, with a ``link`` beside it."""
    if not title:
        return format_html('<div class="card">{}</div>', SafeString(content))
    heading = format_html('<h2 id="{}">{}</h2>', id, title) if id else format_html("<h2>{}</h2>", title)
    if link:
        heading = format_html('<div class="card-head">{}<a href="{}">{}</a></div>', heading, link, link_text)
    named = format_html(' aria-labelledby="{}"', id) if id else ""
    return format_html('<section class="card"{}>{}{}</section>', named, heading, SafeString(content))


@register.simple_block_tag
def facts(content: str, *, columns: int = 2) -> SafeString:
    """Open a summary list of ``{% fact %}``; ``columns`` 3 leaves room for "Change" links, 1 stacks label and value."""
    return format_html('<dl class="facts{}">{}</dl>', f" facts-{columns}" if columns > 1 else "", SafeString(content))


@register.simple_block_tag
def fact(content: str, *, label: object, change: str = "") -> SafeString:
    """Write one row of a summary list; ``change`` is the address of the page where it can be changed."""
    row = format_html("<dt>{}</dt><dd>{}</dd>", label, SafeString(content.strip()))
    if change:
        link = '<dd class="act"><a href="{}">{}<span class="vh"> {}</span></a></dd>'
        row += format_html(link, change, gettext("Change"), label)
    return format_html("<div>{}</div>", row)


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    """Open a list of what happened, newest first."""
    return format_html('<ol class="timeline">{}</ol>', SafeString(content))


@register.simple_block_tag
def timeline_item(
    content: str,
    *,
    title: object,
    at: date | None = None,
    by: object = "",
    kind: str = "",
    href: str = "",
    level: int = 3,
) -> SafeString:
    """Write one thing that happened, and when; ``kind`` is ok, wait, bad or you; ``level`` is that of its heading."""
    heading = format_html('<a href="{}">{}</a>', href, title) if href else title
    when = [moment(at) if isinstance(at, datetime) else day(at)] if at else []
    meta = format_html_join(" · ", "{}", ((part,) for part in [*when, *([by] if by else [])]))
    return format_html(
        "<li{}><h{}>{}</h{}>{}{}</li>",
        format_html(' class="tl-{}"', kind) if kind else "",
        level,
        heading,
        level,
        format_html('<span class="meta">{}</span>', meta) if meta else "",
        SafeString(content.strip()),
    )


@register.simple_block_tag
def steps(content: str, *, label: object = "", across: bool = False) -> SafeString:
    """Open a list of ``{% step %}``; ``across`` lays it out in a row on wide screens."""
    named = format_html(' aria-label="{}"', label) if label else ""
    return format_html('<ol class="steps{}"{}>{}</ol>', " steps-h" if across else "", named, SafeString(content))


@register.simple_block_tag
def step(content: str, *, state: str = "", note: object = "") -> SafeString:
    """Write one step; ``state`` is done, now or nothing (still to come)."""
    done = state == "done"
    attributes = {"done": ' class="done"', "now": ' aria-current="step"'}.get(state, "")
    return format_html(
        '<li{}><span class="mark">{}</span>{}{}{}</li>',
        SafeString(attributes),
        icon("check") if done else "",
        SafeString(content.strip()),
        format_html('<span class="vh"> ({})</span>', gettext("done")) if done else "",
        format_html('<br><span class="small muted">{}</span>', note) if note else "",
    )


# ---- links ----


@register.inclusion_tag("components/back.html")
def back(*, href: str, text: object = "") -> dict[str, Any]:
    """Offer the way back to the page before."""
    return {"href": href, "text": text or gettext("Back")}


@register.inclusion_tag("components/tile.html")
def tile(*, count: object, label: object, href: str = "", note: object = "", kind: str = "") -> dict[str, Any]:
    """Show one figure that links to its list (in ``<ul class="tiles">``); ``kind`` is info, bad, warn, wait or ok."""
    return {"count": count, "label": label, "href": href, "note": note, "kind": kind}


@register.inclusion_tag("components/tab.html")
def tab(*, href: str, text: object, current: bool = False, count: int | None = None) -> dict[str, Any]:
    """Show one tab (inside ``<nav class="tabs"><ul>``)."""
    return {"href": href, "text": text, "current": current, "count": count}


@register.inclusion_tag("components/chip.html")
def chip(*, href: str, text: object) -> dict[str, Any]:
    """Show one filter in force, with the link that removes it (inside ``<ul class="chips">``)."""
    return {"href": href, "text": text}


@register.inclusion_tag("components/side_item.html")
def side_item(
    *, href: str, text: object, current: bool = False, count: int | None = None, alert: bool = False
) -> dict[str, Any]:
    """Show one line of the side menu; ``alert`` paints its count red."""
    return {"href": href, "text": text, "current": current, "count": count, "alert": alert}


@register.inclusion_tag("components/menu_item.html")
def menu_item(*, href: str, text: object, icon_name: str, key: str = "") -> dict[str, Any]:
    """Show one action of ``<ul class="menu-list">``; ``key`` is the letter that opens it on a desk."""
    return {"href": href, "text": text, "icon_name": icon_name, "key": key}


@register.inclusion_tag("components/link_card.html")
def link_card(*, href: str, title: object, text: object = "", icon_name: str = "") -> dict[str, Any]:
    """Show a large link with a picture and an example below it."""
    return {"href": href, "title": title, "text": text, "icon_name": icon_name}


@register.inclusion_tag("components/pager.html")
def pager(*, next: str = "", first: str = "") -> dict[str, Any]:  # noqa: A002 - the link's name
    """Link to the next page of a keyset list, and back to the first."""
    return {"next": next, "first": first}


@register.inclusion_tag("components/print_button.html")
def print_button(*, text: object = "") -> dict[str, Any]:
    """Show a button that prints the page; it appears only where script runs."""
    return {"text": text or gettext("Print")}


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(
    context: Context, *, to: str, text: object, icon_name: str = "", within: str = "", css: str = "", count: int = 0
) -> dict[str, Any]:
    """Link to a page by its url name and mark it when we are there, or on one of the names in ``within``."""
    here = _url_name(context)
    current = "page" if here == to else "true" if here in within.split() else ""
    return {"href": reverse(to), "text": text, "icon_name": icon_name, "current": current, "css": css, "count": count}


def _url_name(context: Context) -> str:
    match = getattr(context.get("request"), "resolver_match", None)
    return match.url_name or "" if match else ""


@register.simple_tag(takes_context=True)
def other_language_url(context: Context) -> str:
    """Return the address of this page in the other language, its home page where this one has no twin."""
    other = _other_language()
    request = context.get("request")
    here = request.get_full_path() if request else ""
    there = translate_url(here, other) if here else here
    return there if there != here else f"/{other}/"


@register.simple_tag
def other_language() -> str:
    """Return the code of the language this page is not in."""
    return _other_language()


def _other_language() -> str:
    return "ar" if _language() == "en" else "en"


@register.simple_tag
def url_or_home(name: str) -> str:
    """Return the address of a page, the home page where no URL has that name (error pages must never fail)."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return f"/{_language()}/"


# ---- forms ----


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
        return f"{bound.auto_id}_{_wrong_part(error)}"
    if isinstance(widget, forms.RadioSelect):
        return f"{bound.auto_id}_0"
    return bound.auto_id


def _wrong_part(error: ValidationError) -> str:
    return error.code if error.code in BirthDateInput.parts else "day"


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
        "kind": kind,
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
    content["attributes"] = _attributes(field, described_by=_described_by(content))
    return SafeString(render_to_string(f"components/field/{kind}.html", {**content, **PARTICULARS[kind](field)}))


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
    widget = bound.field.widget
    groups = widget.optgroups(bound.html_name, widget.format_value(bound.value()))
    return [{"title": title or "", "options": options} for title, options, _place in groups]


def _date_parts(bound: BoundField) -> list[dict[str, Any]]:
    values = bound.field.widget.format_value(bound.value())
    wrong = {_wrong_part(error) for error in bound.errors.as_data()} if bound.form.is_bound else set()
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


# ---- charts ----


@register.inclusion_tag("components/hbars.html")
def hbars(
    *,
    title: object,
    summary: object,
    rows: Sequence[tuple[str, int]],
    column: object = "",
    unit: object = "",
    has_table: bool = True,
) -> dict[str, Any]:
    """Draw rows of (label, number) as bars, with the sentence that is read aloud and the numbers as a table.

    ``column`` heads the labels and ``unit`` the numbers of the table; without ``has_table`` the page has its own.
    """
    rtl = get_language_bidi()
    return {
        "title": title,
        "summary": summary,
        "column": column,
        "unit": unit,
        "rows": rows if has_table else (),
        "bars": charts.horizontal_bars(rows, rtl=rtl),
        "width": charts.WIDTH,
        "height": charts.height(rows),
        "anchor": "end" if rtl else "start",
    }
