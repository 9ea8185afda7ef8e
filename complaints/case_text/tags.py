"""Template tags that know a case or its reader; builtins of every page, beside those of the kit."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from agencies.models import Agency, Governorate, Topic
from complaints.actions.precedents import offered_answers
from complaints.case_text import kinds, links
from complaints.case_text.links import case_address
from complaints.models import Attachment, Case
from complaints.workflow import Kind
from kit.components.kept import number_address
from kit.components.links import menu_item
from kit.typed_text import isolated

register = template.Library()


@register.simple_tag
def ref(number: str) -> SafeString:
    """Write a tracking number in groups that are easy to read aloud: ``26 0482 1735``."""
    digits = str(number)
    if digits.isascii() and digits.isdecimal():
        return SafeString(f'<bdi dir="ltr" class="ref">{digits[:2]} {digits[2:6]} {digits[6:]}</bdi>')
    return format_html('<bdi dir="ltr" class="ref">{} {} {}</bdi>', digits[:2], digits[2:6], digits[6:])


@register.simple_tag(takes_context=True)
def photo_place(context: Context, case: Case, photo: Attachment) -> str:
    """Write how far from the place of ``case`` a photo of its answer was taken; nothing if that is not known.

    Nothing either for readers who may not know the person: distances from chosen places would tell where it is.
    """
    visibility = context.get("case_visibility")
    if visibility is not None and not visibility.knows_person:
        return ""
    return links.photo_place(case, photo)


@register.simple_tag(takes_context=True)
def user_text(context: Context | Mapping[str, Any], text: object, *, lines: bool = False) -> SafeString:
    """Write a text that a person typed, with its direction from its first letter; ``lines`` makes paragraphs of lines.

    Numbers in it are isolated. In paragraphs, telephone numbers and the numbers of cases that the reader may open are
    links; a single line may stand inside a link itself. On a page with a ``case_visibility`` the person who filed the
    case is redacted for readers who may not know them.
    """
    visibility = context.get("case_visibility")
    shown = visibility.redact(str(text)) if visibility is not None else str(text)
    if not lines:
        return SafeString(f"<bdi>{isolated(shown)}</bdi>")
    link_for = partial(case_address, context.get("request"))
    paragraphs = [isolated(line, links=True, link_for=link_for) for line in shown.splitlines() if line.strip()]
    return SafeString("".join([f'<p dir="auto">{paragraph}</p>' for paragraph in paragraphs]))


@register.simple_tag(takes_context=True)
def place(context: Context, *, governorate: Governorate | None, area: str, spot: str) -> SafeString:
    """Write where something happened, governorate first, words typed as `user_text` writes them, or a dash."""
    visibility = context.get("case_visibility")
    shown = visibility.redact_place(spot) if visibility else spot
    typed = [user_text(context, part) for part in (area, shown) if part]
    parts = [governorate.name, *typed] if governorate else typed
    separator = pgettext("between parts of a place", ", ")
    return format_html_join(separator, "{}", ((part,) for part in parts)) or SafeString("—")


@register.inclusion_tag("complaints/case_text/_published_answers.html")
def published_answers(*, kind: str, topic: Topic | None, text: str = "") -> dict[str, object]:
    """Offer the published answers that fit an inquiry, by its topic and its text; nothing for other kinds."""
    return {"answers": offered_answers(text, topic=topic) if kind == Kind.INQUIRY else []}


@register.simple_tag(takes_context=True)
def subject(context: Context, case: object) -> SafeString:
    """Write the subject of a case in a list, redacted by the ``staff_visibility`` of the page."""
    return SafeString(f"<bdi>{isolated(str(context['staff_visibility'].subject(case)))}</bdi>")


@register.simple_tag
def action_items(buttons: Iterable[Any], *, case: Case, suffix: str = "") -> SafeString:
    """Write a line of ``<ul class="menu-list">`` for each of ``buttons``, the pages of actions on ``case``."""
    items = (
        menu_item(
            href=f"{number_address(button.url_name, case.reference)}{suffix}",
            text=button.text,
            icon_name=button.icon,
            key=button.key,
        )
        for button in buttons
    )
    return SafeString("".join(items))


@register.simple_tag
def wished_agency(*, case: Case) -> Agency | None:
    """Return the agency that the citizen chose, while the unit passes the case on because it cannot receive it."""
    return kinds.wished_agency(case)


@register.simple_tag(takes_context=True)
def coordinates(context: Context, *, case: Case) -> SafeString:
    """Write the location of a case as a link for a map; nothing where there is none, or it may tell who filed."""
    visibility = context.get("case_visibility")
    if case.latitude is None or case.longitude is None or (visibility and not visibility.knows_person):
        return SafeString("")
    spot = f"{case.latitude:.4f},{case.longitude:.4f}"
    return format_html('<br><a href="geo:{}"><bdi dir="ltr">{}</bdi></a>', spot, spot)
