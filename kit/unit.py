"""The unit that runs the service: its name is a setting, so that no text writes it out."""

from django.conf import settings
from django.utils.functional import lazy

from kit.languages import current_language


def unit_name() -> str:
    """Return the name of the unit, in the language of the page."""
    return str(settings.OPERATOR_NAME_EN if current_language() == "en" else settings.OPERATOR_NAME_AR)


def official_line() -> str:
    """Return the line above every page of citizens, in the language of the page."""
    return str(settings.OFFICIAL_LINE_EN if current_language() == "en" else settings.OFFICIAL_LINE_AR)


def addressee_name() -> str:
    """Return to whom periodic reports go, in the language of the page."""
    return str(settings.REPORT_ADDRESSEE_EN if current_language() == "en" else settings.REPORT_ADDRESSEE_AR)


def domain_ending() -> str:
    """Return how the address of the official site ends."""
    return str(settings.DOMAIN_ENDING)


def _naming_unit(words: object) -> str:
    return str(words) % {"unit": unit_name()}


#: Returns a lazy text with the name in place of ``%(unit)s``: for the labels and hints of forms.
naming_unit = lazy(_naming_unit, str)
