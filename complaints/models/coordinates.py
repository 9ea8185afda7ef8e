"""Coordinates of a place: the box round Jordan, which the database enforces, and the border, which pages check."""

from __future__ import annotations

from django.db.models import Q

#: Degrees: south, north, west, east. The database refuses what lies outside.
SOUTH, NORTH, WEST, EAST = 29.1, 33.5, 34.8, 39.4
#: The border as (longitude, latitude), from Natural Earth's countries 1:110m (public domain), accurate to some km.
BORDER = (
    (39.1955, 32.1610),
    (39.0049, 32.0102),
    (37.0022, 31.5084),
    (37.9988, 30.5085),
    (37.6681, 30.3387),
    (37.5036, 30.0038),
    (36.7405, 29.8653),
    (36.5012, 29.5053),
    (36.0689, 29.1975),
    (34.9560, 29.3566),
    (34.9226, 29.5013),
    (35.4209, 31.1001),
    (35.3976, 31.4891),
    (35.5453, 31.7825),
    (35.5457, 32.3940),
    (35.7199, 32.7092),
    (36.8341, 32.3129),
    (38.7923, 33.3787),
)
#: Degrees, about five kilometres: the border is that coarse, and a phone's position is not better indoors.
MARGIN = 0.05


def is_in_jordan(latitude: float, longitude: float) -> bool:
    """Tell whether a place is in Jordan, or within some five kilometres of its border."""
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        # What a program sends may be too large a number to reckon with.
        return False
    return _is_inside(longitude, latitude) or any(
        _distance(longitude, latitude, start, end) <= MARGIN for start, end in _edges()
    )


def are_in_jordan_or_absent() -> Q:
    """Return the condition that both coordinates are missing, or both lie in the box round Jordan."""
    inside = Q(latitude__gte=SOUTH, latitude__lte=NORTH, longitude__gte=WEST, longitude__lte=EAST)
    return Q(latitude=None, longitude=None) | (Q(latitude__isnull=False, longitude__isnull=False) & inside)


type _Point = tuple[float, float]


def _edges() -> list[tuple[_Point, _Point]]:
    return list(zip(BORDER, (*BORDER[1:], BORDER[0]), strict=True))


def _is_inside(x: float, y: float) -> bool:
    """Count how often a ray to the east crosses the border: an odd number is inside."""
    crossed = [
        (ax, ay, bx, by)
        for (ax, ay), (bx, by) in _edges()
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay)
    ]
    return len(crossed) % 2 == 1


def _distance(x: float, y: float, start: _Point, end: _Point) -> float:
    """Return how far a point is from an edge, in degrees."""
    (ax, ay), (bx, by) = start, end
    along = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)))
    return float(((x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2) ** 0.5)
