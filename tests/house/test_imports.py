"""`python3 run.py imports`: a made-up tree whose circles and imports upward are known."""

from pathlib import Path

import pytest

from config.devstack import imports
from config.devstack.imports import APP, INNER_ROOM, MODULE, ROOM
from config.devstack.state import ROOT

PYPROJECT = """
[tool.importlinter]
root_packages = ["shop_made_up", "stock_made_up"]

[[tool.importlinter.contracts]]
name = "Apps"
type = "layers"
layers = ["shop_made_up", "stock_made_up"]

[[tool.importlinter.contracts]]
name = "Rooms"
type = "layers"
containers = ["shop_made_up"]
layers = ["till | shelf", "(cellar)", "models"]

[[tool.importlinter.contracts]]
name = "Something else"
type = "forbidden"
source_modules = ["shop_made_up"]
forbidden_modules = ["stock_made_up"]
"""
ORDERLY = {
    "shop_made_up/till/pay.py": "from shop_made_up.models import price",
    "shop_made_up/till/cash/drawer.py": "import stock_made_up.count",
    "shop_made_up/shelf.py": "from shop_made_up.models import price",
    "shop_made_up/models/price.py": "",
    "stock_made_up/count.py": "",
}
DRAWER = "shop_made_up.till.cash.drawer"
PAY, SHELF, PRICE = "shop_made_up.till.pay", "shop_made_up.shelf", "shop_made_up.models.price"


def write(root: Path, files: dict[str, str]) -> imports.Tree:
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n", encoding="utf-8")
        for folder in file.relative_to(root).parents[:-1]:
            (root / folder / "__init__.py").touch()
    return imports.read(root)


def test_an_orderly_tree_is_counted_and_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree = write(tmp_path, ORDERLY)
    assert dict(tree.arrows(ROOM)) == {
        ("shop_made_up.till", "shop_made_up.models"): 1,
        ("shop_made_up.till", "stock_made_up.count"): 1,
        ("shop_made_up.shelf", "shop_made_up.models"): 1,
    }
    assert [tree.circles(depth) for depth in (APP, ROOM, INNER_ROOM, MODULE)] == [[], [], [], []]
    assert tree.upward() == []
    assert imports.run(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["shop_made_up", "1", "0", "0"]
    assert [line.split() for line in lines if line.startswith("shop_made_up.till ")] == [
        ["shop_made_up.till", "4", "2", "0"]
    ]
    assert lines[-5:] == [
        "10 modules. Arrows: 1 between apps, 3 between rooms, 3 between rooms in rooms, 3 between modules.",
        "",
        "Circles: 0 between apps, 0 between rooms, 0 between rooms in rooms, 0 between modules.",
        "",
        "Imports against the layers of pyproject.toml: 0.",
    ]


@pytest.mark.parametrize(
    ("text", "upward"),
    [
        ("import shop_made_up.till.pay", (PRICE, PAY)),
        ("def later():\n    from shop_made_up.till import pay", (PRICE, PAY)),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop_made_up.till import pay",
            (PRICE, PAY),
        ),
    ],
    ids=["plain", "in a function", "for types"],
)
def test_an_import_upward_makes_a_circle_and_fails_however_it_is_written(
    tmp_path: Path, text: str, upward: tuple[str, str]
) -> None:
    tree = write(tmp_path, ORDERLY | {"shop_made_up/models/price.py": text})
    assert tree.upward() == [upward]
    assert tree.circles(ROOM) == [["shop_made_up.models", "shop_made_up.till"]]
    assert tree.circles(MODULE) == [[PRICE, PAY]]
    assert imports.run(tmp_path) == 1


def test_rooms_side_by_side_may_not_import_each_other(tmp_path: Path) -> None:
    tree = write(tmp_path, ORDERLY | {"shop_made_up/shelf.py": f"import {PAY}"})
    assert (tree.upward(), tree.circles(ROOM)) == ([(SHELF, PAY)], [])


def test_rooms_can_go_in_a_circle_though_no_module_does(tmp_path: Path) -> None:
    other = {"shop_made_up/till/pay.py": "import shop_made_up.shelf", "shop_made_up/shelf.py": f"import {DRAWER}"}
    tree = write(tmp_path, ORDERLY | other)
    assert tree.circles(MODULE) == []
    assert tree.circles(ROOM) == [["shop_made_up.shelf", "shop_made_up.till"]]
    assert tree.circles(APP) == []


def test_apps_can_go_in_a_circle(tmp_path: Path) -> None:
    tree = write(tmp_path, ORDERLY | {"stock_made_up/count.py": "import shop_made_up.shelf"})
    assert tree.circles(APP) == [["shop_made_up", "stock_made_up"]]
    assert tree.upward() == [("stock_made_up.count", SHELF)]


def test_a_circle_by_way_of_a_third_is_one_group() -> None:
    arrows = {("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "f"), ("f", "e")}
    assert imports.circles(arrows) == [["a", "b", "c"], ["e", "f"]]


def test_this_tree_has_no_circle_and_no_import_upward() -> None:
    tree = imports.read(ROOT)
    assert {name: tree.circles(depth) for name, depth in imports.LEVELS} == {name: [] for name, _ in imports.LEVELS}
    assert tree.upward() == []
