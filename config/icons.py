"""The drawings: icons, the logo mark and the star pattern, as paths in a 24 or 48 unit box."""

import math

# Icons that show a direction turn round on right-to-left pages; a clock or a check does not.
DIRECTIONAL = frozenset({"arrow", "backward", "chev", "exit", "horn"})

PATHS = {
    "alert": "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1",
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "ask": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9.3 9.6a2.7 2.7 0 1 1 4 2.3c-.8.5-1.3 1-1.3 2M12 16.8v.1",
    "backward": "M15 5l-7 7 7 7",
    "bell": "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4",
    "chart": "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "chev": "M9 5l7 7-7 7",
    "clock": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5.3l3.5 2",
    "download": "M12 4.5v11M7.5 11l4.5 4.5 4.5-4.5M4.5 16v3.5h15V16",
    "exit": "M10 4H5v16h5M10 12h10M16 8l4 4-4 4",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "home": "M3 11.5 12 4l9 7.5M5.5 10v9.5h13V10M10 19.5V14h4v5.5",
    "horn": "M4 10v4h3l8 4.5v-13L7 10zM18 9.5a4 4 0 0 1 0 5",
    "idea": (
        "M9.5 18h5M10 21h4M12 3a6.5 6.5 0 0 1 3.8 11.8c-.8.6-1.3 1.2-1.3 2.2h-5c0-1-.5-1.6-1.3-2.2A6.5 6.5 0 0 1 12 3z"
    ),
    "image": "M4 5h16v14H4zM4 16l4.5-4.5 4 4L15 13l5 5M9 9h.01",
    "info": "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 11v5.5M12 7.6v.1",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "msg": "M4 5h16v11H10l-4.5 4V16H4z",
    "phone": (
        "M6 3.5h3.5L11 8l-2 1.5A12 12 0 0 0 14.5 15l1.5-2 4.5 1.5V18a2.5 2.5 0 0 1-2.7 2.5"
        "C11 20 4 13 3.5 6.2A2.5 2.5 0 0 1 6 3.5z"
    ),
    "pin": (
        "M12 21s6.5-6.2 6.5-11a6.5 6.5 0 0 0-13 0c0 4.8 6.5 11 6.5 11zM12 7.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z"
    ),
    "plus": "M12 5v14M5 12h14",
    "print": "M7 9V4h10v5M5.5 17h-2V9h17v8h-2M7 14h10v6H7z",
    "search": "M11 4.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM20 20l-4.2-4.2",
    "star": "M12 3.8l2.5 5.1 5.6.8-4.1 4 1 5.6-5-2.7-5 2.7 1-5.6-4.1-4 5.6-.8z",
    "swap": "M4 8h14l-3-3M20 16H6l3 3",
    "upload": "M12 16V5M7.5 9 12 4.5 16.5 9M4.5 16v3.5h15V16",
    "user": "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c1.2-3.8 4-5.5 7.5-5.5s6.3 1.7 7.5 5.5",
    "x": "M6 6l12 12M18 6 6 18",
}

BUBBLE = "M8 4h32a5 5 0 0 1 5 5v24a5 5 0 0 1-5 5H24l-9 7v-7H8a5 5 0 0 1-5-5V9a5 5 0 0 1 5-5z"
POINTS_OF_THE_STAR = 7


def star(x: float, y: float, radius: float, *, inner: float = 0.4) -> str:
    """Return the points of a seven-pointed star for an SVG polygon; ``inner`` is how far its hollows reach out."""
    corners = range(2 * POINTS_OF_THE_STAR)
    return " ".join(_corner(x, y, radius if corner % 2 == 0 else radius * inner, corner) for corner in corners)


def _corner(x: float, y: float, radius: float, corner: int) -> str:
    angle = -math.pi / 2 + corner * math.pi / POINTS_OF_THE_STAR
    return f"{x + radius * math.cos(angle):.1f},{y + radius * math.sin(angle):.1f}"


def star_places() -> list[tuple[int, int]]:
    """Return where the stars stand behind the home page's title: five rows, every second one set off."""
    return [(40 + column * 80 + (40 if row % 2 else 0), 40 + row * 72) for row in range(5) for column in range(5)]


DOUBLE_STAR = (star(0, 0, 34, inner=0.62), star(0, 0, 22, inner=0.5))
