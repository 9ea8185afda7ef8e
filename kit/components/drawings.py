"""Icons, the logo and the star pattern; drawn once for each combination of arguments."""

from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit import icons
from kit.components.markup import markup

register = template.Library()


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
def mark() -> SafeString:
    """Draw the logo: the picture of the settings, or a speech bubble that holds the seven-pointed star."""
    if settings.LOGO_FILE:
        return format_html('<img src="{}" alt="" width="40" height="40">', static(settings.LOGO_FILE))
    return _drawn_mark()


@cache
def _drawn_mark() -> SafeString:
    return markup("logo", bubble=icons.BUBBLE, star=icons.star(24, 21.3, 13))


@register.simple_tag
@cache
def stars() -> SafeString:
    """Draw the star pattern that stands behind the title of the home page."""
    return markup("stars", rings=icons.DOUBLE_STAR, places=icons.star_places())
