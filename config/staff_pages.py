"""Which addresses are pages of staff."""

from django.http import HttpRequest


def is_staff_page(request: HttpRequest) -> bool:
    """Tell whether the address stands below ``/staff/``, with or without a language before it."""
    return "staff" in request.path_info.split("/")[1:3]
