"""How far from the place of its case a photo of an answer was taken, as the camera says."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Final

from django.utils.translation import gettext

from complaints.models import Attachment, Case

#: Metres: the mean radius of the earth (IUGG), and within which a phone's position is the same place.
EARTH: Final = 6_371_009
NEAR: Final = 200


def photo_place(case: Case, photo: Attachment) -> str:
    """Return where ``photo`` was taken in relation to the place of ``case``; empty if one of the two is not known."""
    if case.latitude is None or case.longitude is None or photo.latitude is None or photo.longitude is None:
        return ""
    metres = distance(case.latitude, case.longitude, photo.latitude, photo.longitude)
    if metres <= NEAR:
        return gettext("Taken at the place of the case")
    return gettext("Taken %(kilometres)s km from the place of the case") % {"kilometres": f"{metres / 1000:,.1f}"}


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the metres between two places in degrees, by the haversine formula."""
    north, other_north = radians(latitude), radians(other_latitude)
    up, across = sin((other_north - north) / 2) ** 2, sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, up + cos(north) * cos(other_north) * across)))
