"""The language a page is written in."""

from django.utils.translation import get_language


def current_language() -> str:
    """Return ``en`` or ``ar``; Arabic where no language is active."""
    return "en" if (get_language() or "ar").startswith("en") else "ar"


def other_language() -> str:
    """Return the code of the language the page is not in."""
    return "ar" if current_language() == "en" else "en"
