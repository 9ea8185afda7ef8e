"""The charts: where their marks stand, in both directions, and what people get who do not see them."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from kit.charts import DRAWINGS, draw
from kit.charts.data import ChartData, ChartRow
from kit.charts.drawing import WIDTH, Box, Dot, Line, Point, Words, fitted
from kit.charts.lines import FORMS
from kit.charts.maps import shapes
from kit.charts.rows import PARTS
from kit.charts.steps import Steps
from kit.charts.textures import striped
from tests.ui.bidi import reversed_numbers
from tests.ui.render import rendered

PLACES = Path(__file__).parents[2] / "agencies" / "data" / "governorates.csv"


def percent(value: float) -> str:
    return f"{value:.0%}"


def chart_of(kind: str) -> ChartData:
    """Return rows that every kind can draw; the last has nothing to show."""
    numbers = [(0.5, 0.3, 0.2), (0.9, 0.1, 0.95), (0.0, 1.0, 0.0), (None, None, None)]
    rows = [
        ChartRow(f"وزارة {place}", values, tuple("-" if value is None else percent(value) for value in values), code)
        for place, (values, code) in enumerate(zip(numbers, ["JO-AM", "JO-AJ", "JO-AQ", "JO-JA"], strict=True))
    ]
    return ChartData(("الجهة", "a", "b", "c"), tuple(rows), write=percent, highest=1, mean=0.4, mean_name="المتوسط")


@pytest.mark.parametrize("kind", DRAWINGS)
def test_a_drawing_stays_in_its_frame_and_is_the_same_seen_in_a_mirror(kind):
    ltr, rtl = draw(kind, chart_of(kind), rtl=False), draw(kind, chart_of(kind), rtl=True)
    assert rtl.mirrored() == ltr
    assert rtl.fixed == ltr.fixed
    for mark in ltr.all + rtl.all:
        edges: tuple[Point, ...]
        match mark:
            case Box():
                edges = ((mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height))
            case Line():
                edges = mark.points
            case _:
                edges = ((mark.x, mark.y),)
        assert all(-0.1 <= x <= WIDTH + 0.1 and 0 <= y <= ltr.height for x, y in edges), mark


@pytest.mark.parametrize("kind", DRAWINGS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_chart_has_a_name_a_summary_and_its_table(kind, language):
    source = "{% chart kind data title='العنوان' %}"
    html = rendered(source, language=language, kind=kind, data=chart_of(kind))
    assert 'role="img"' in html
    assert 'aria-label="العنوان. ' in html
    assert ("90%" if kind != "lines" else "20%") in html.partition('aria-label="')[2].partition('"')[0]
    assert html.count("<tr>") == 5
    assert reversed_numbers(html) == []
    assert "<table" not in rendered("{% chart kind data has_table=False %}", kind=kind, data=chart_of(kind))
    nothing = rendered(source, language=language, kind=kind, data=ChartData(("a", "b"), ()))
    assert "<svg" not in nothing
    assert 'class="muted"' in nothing


def test_no_part_and_no_line_differs_from_its_neighbour_by_colour_alone():
    assert len({stripes for _role, stripes in PARTS}) == len(PARTS)
    assert len(set(FORMS)) == len(FORMS)
    box = Box("c2", 10, 20, 33, 14)
    for _role, stripes in PARTS[1:]:
        lines = list(striped(box, stripes))
        assert lines
        assert all(10 <= x <= 43 and 20 <= y <= 34 for line in lines for x, y in line.points)


def test_bars_grow_from_the_side_where_the_language_starts():
    data = ChartData(("c", "n"), (ChartRow("مياهنا", (200,), ("200",)), ChartRow("b", (50,), ("50",))))
    for rtl in (True, False):
        bars = [mark for mark in draw("bars", data, rtl=rtl).all if isinstance(mark, Box) and mark.role == "c1"]
        assert [bar.width for bar in bars] == [WIDTH, WIDTH / 4]
        assert bars[1].x == (WIDTH * 3 / 4 if rtl else 0)
    words = [mark for mark in draw("bars", data, rtl=True).all if isinstance(mark, Words)]
    assert [(word.x, word.svg_anchor, word.is_rtl) for word in words[:2]] == [
        (0, "start", False),
        (WIDTH, "start", True),
    ]


def test_parts_of_a_bar_follow_each_other_without_a_gap():
    row = ChartRow("a", (0.5, 0.3, 0.2), ("50%", "30%", "20%"))
    drawing = draw("stacked", ChartData(("n", "a", "b", "c"), (row,), highest=1), rtl=False)
    parts = [mark for mark in drawing.all if isinstance(mark, Box) and mark.title]
    assert [(box.role, box.x, box.width) for box in parts] == [("c1", 0, 200), ("c2", 200, 120), ("c4", 320, 80)]


def test_time_runs_to_the_left_in_arabic_and_what_is_missing_leaves_a_gap():
    values = [3, 4, None, 6, 7, 8]
    data = ChartData(
        ("m", "n"), tuple(ChartRow(f"{at}/2026", (value,), (str(value),)) for at, value in enumerate(values))
    )
    drawing = draw("lines", data, rtl=True)
    dots = [mark for mark in drawing.all if isinstance(mark, Dot)]
    assert len(dots) == 5
    assert all(one.x > other.x and one.y > other.y for one, other in pairwise(dots))
    assert [len(mark.points) for mark in drawing.all if isinstance(mark, Line) and mark.role == "l1"] == [2, 3]
    grid = [mark.text for mark in drawing.all if isinstance(mark, Words)]
    assert grid[:5] == ["0", "2", "4", "6", "8"]


def test_the_names_below_a_line_never_touch():
    rows = tuple(ChartRow(f"{1 + at % 12}/2026", (at,), (str(at),)) for at in range(24))
    drawing = draw("lines", ChartData(("m", "n"), rows), rtl=False)
    names = sorted(mark.x for mark in drawing.all if isinstance(mark, Words) and "/" in mark.text)
    assert len(names) > 3
    assert all(other - one > len("12/2026") * 7.5 for one, other in pairwise(names))


def test_a_dot_stands_in_its_interval_and_the_mean_goes_through_all():
    drawing = draw(
        "interval", ChartData(("c", "v", "l", "h"), (ChartRow("a", (75, 70, 80), ("75", "70", "80")),)), rtl=False
    )
    [dot] = [mark for mark in drawing.all if isinstance(mark, Dot)]
    [interval] = [mark for mark in drawing.all if isinstance(mark, Line) and mark.role == "range"]
    assert (dot.x, [x for x, _y in interval.points]) == (300, [280, 320])
    assert "mean" not in {mark.role for mark in drawing.all}
    assert "mean" in {mark.role for mark in draw("interval", chart_of("interval"), rtl=False).all}


def test_the_map_has_all_governorates_and_says_the_number_of_each_row():
    with PLACES.open(encoding="utf-8", newline="") as file:
        codes = {row["code"]: row["name_ar"] for row in csv.DictReader(file)}
    assert set(shapes()) == set(codes)
    rows = tuple(ChartRow(name, (at,), (str(at),), code) for at, (code, name) in enumerate(codes.items()))
    drawing = draw("map", ChartData(("g", "n"), rows), rtl=True)
    numbers = [mark.text for mark in drawing.fixed if isinstance(mark, Words)]
    assert sorted(map(int, numbers)) == list(range(1, 13))
    assert len([mark for mark in drawing.fixed if mark.role == "lead"]) == 4
    names = [mark.text for mark in drawing.marks if isinstance(mark, Words) and mark.role == "label"]
    assert set(codes.values()) <= set(names)
    few = draw("map", chart_of("map"), rtl=False)
    assert [mark.role for mark in few.fixed].count("blank") == 9


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([0.66, 0.91, 0.7], (0.6, 0.7, 0.8, 0.9)),
        ([66, 91, 70], (60, 70, 80, 90)),
        ([0, 4218], (0, 1000, 2000, 3000, 4000)),
        ([7], (7,)),
        ([0], (0,)),
        ([], ()),
    ],
    ids=["shares", "scores", "counts", "one", "zero", "none"],
)
def test_shades_have_round_bounds(values, bounds):
    assert Steps.of(values).bounds == bounds


def test_a_shade_rises_with_its_number():
    steps = Steps.of([0, 10, 49.9, 50])
    shades = [steps.shade(value) for value in (0, 9, 10, 25, 49.9, 50)]
    assert shades == sorted(shades)
    assert (shades[0], shades[-1]) == (steps.shades()[0], 5)


def test_a_long_name_is_cut_where_its_room_ends():
    assert fitted("abc", 100) == "abc"
    assert fitted("abcdef ghi", 60) == "abcdef…"
