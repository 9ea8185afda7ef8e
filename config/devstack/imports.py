"""``run.py imports``: who imports whom in this tree, where they do so in a circle, and where against the layers.

Imports inside functions and those for types alone count like all others. The order of the layers is that of the
contracts in pyproject.toml.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import grimp
from importlinter.contracts.layers import LayerField

#: The room of a module is its name up to this many parts: the app, its rooms, and the rooms in those.
APP, ROOM, INNER_ROOM = 1, 2, 3
#: Longer than any module's name.
MODULE = 99
LEVELS = (("apps", APP), ("rooms", ROOM), ("rooms in rooms", INNER_ROOM), ("modules", MODULE))

type Import = tuple[str, str]
type Layers = Sequence[tuple[Collection[str], bool]]


@dataclass(frozen=True)
class Tree:
    """All modules of the project, and all imports among them."""

    modules: Collection[str]
    imports: Collection[Import]
    layers: Collection[Layers]

    def arrows(self, depth: int) -> Counter[Import]:
        """Return how many imports lead from one room to another, where the name of a room has ``depth`` parts."""
        between = ((room_name(importer, depth), room_name(imported, depth)) for importer, imported in self.imports)
        return Counter((one, other) for one, other in between if one != other)

    def circles(self, depth: int) -> list[list[str]]:
        """Return the groups of rooms that all import each other, directly or by way of others."""
        return circles(self.arrows(depth))

    def upward(self) -> list[Import]:
        """Return the imports from a layer of a contract to a higher one, or to one beside it that must not know it."""
        found = {one for layers in self.layers for one in self.imports if _is_upward(one, layers)}
        return sorted(found)


def run(root: Path) -> int:
    """Print the imports of the project in ``root``; return 1 when there is a circle or an import upward, else 0."""
    tree = read(root)
    upward, found = tree.upward(), {name: tree.circles(depth) for name, depth in LEVELS}
    for line in chain(_rooms(tree), _circles(found), _upward(upward)):
        print(line)
    return int(bool(upward) or any(found.values()))


def read(root: Path) -> Tree:
    """Return the tree of the packages that pyproject.toml names."""
    options = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    sys.path.insert(0, str(root))  # grimp finds packages as Python does
    try:
        graph = grimp.build_graph(*options["root_packages"], exclude_type_checking_imports=False, cache_dir=None)
    finally:
        sys.path.remove(str(root))
    return Tree(
        modules=sorted(graph.modules),
        imports=sorted((one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)),
        layers=list(_layers(options["contracts"])),
    )


def _layers(contracts: Sequence[Mapping[str, object]]) -> Iterator[Layers]:
    """Yield the layers of every contract that has some, the highest first, once for each package that contains them."""
    for contract in contracts:
        if contract["type"] == "layers":
            parsed = [LayerField().parse(raw) for raw in _texts(contract["layers"])]
            for container in _texts(contract.get("containers", [])) or [""]:
                prefix = f"{container}." if container else ""
                yield [({prefix + tail.name for tail in one.module_tails}, one.is_independent) for one in parsed]


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _is_upward(imported: Import, layers: Layers) -> bool:
    (rank, layer), (other_rank, other_layer) = (_place(module, layers) for module in imported)
    if rank is None or other_rank is None or layer == other_layer:
        return False
    is_independent = layers[rank][1]
    return other_rank < rank or (other_rank == rank and is_independent)


def _place(module: str, layers: Layers) -> tuple[int | None, str]:
    """Return how far down the layer of ``module`` is, and its name; None where it is in none."""
    for rank, (names, _is_independent) in enumerate(layers):
        for name in names:
            if module == name or module.startswith(f"{name}."):
                return rank, name
    return None, ""


def room_name(module: str, depth: int) -> str:
    """Return the first ``depth`` parts of a module's name."""
    return ".".join(module.split(".")[:depth])


def circles(arrows: Collection[Import]) -> list[list[str]]:
    """Return the groups of names that reach each other along ``arrows``, each sorted."""
    reached = _reached(arrows)
    groups = {frozenset(b for b in reached[a] if a in reached[b]) for a in reached if a in reached[a]}
    return sorted(sorted(group) for group in groups)


def _reached(arrows: Collection[Import]) -> Mapping[str, set[str]]:
    """Return what can be reached from every name, itself only by way of another."""
    following: dict[str, set[str]] = {}
    for one, other in arrows:
        following.setdefault(one, set()).add(other)
        following.setdefault(other, set())
    return {name: _from(name, following) for name in following}


def _from(name: str, following: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = following[waiting.pop()] - found
        found |= new
        waiting += new
    return found


# ---- printing ----


def _rooms(tree: Tree) -> Iterator[str]:
    """Yield a line for every room and every room in a room, and what each room imports under it."""
    arrows = tree.arrows(ROOM)
    yield f"{'room':<44}{'modules':>8}{'imports':>9}{'imported by':>13}   (rooms)"
    for room, number in _numbers(tree, ROOM).items():
        targets = {other: count for (one, other), count in arrows.items() if one == room}
        sources = sum(other == room for _one, other in arrows)
        yield f"{room:<44}{number:>8}{len(targets):>9}{sources:>13}"
        for inner, inner_number in _numbers(tree, INNER_ROOM).items():
            if inner.startswith(f"{room}.") and inner_number > 1:
                yield f"    {inner:<40}{inner_number:>8}"
        yield from _wrapped([f"{other} ({targets[other]})" for other in sorted(targets)])
    counts = ", ".join(f"{len(tree.arrows(depth))} between {name}" for name, depth in LEVELS)
    yield f"\n{len(tree.modules)} modules. Arrows: {counts}."


def _numbers(tree: Tree, depth: int) -> Mapping[str, int]:
    return Counter(room_name(module, depth) for module in tree.modules)


def _wrapped(words: Sequence[str], *, width: int = 100) -> Iterator[str]:
    line = ""
    for word in words:
        if len(line) + len(word) > width:
            yield line
            line = ""
        line = f"{line}, {word}" if line else f"      → {word}"
    if line:
        yield line


def _circles(found: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[str]:
    yield f"\nCircles: {', '.join(f'{len(groups)} between {name}' for name, groups in found.items())}."
    for name, groups in found.items():
        for group in groups:
            yield f"  {name} ({len(group)}):"
            yield from _wrapped(group)


def _upward(imports: Sequence[Import]) -> Iterator[str]:
    yield f"\nImports against the layers of pyproject.toml: {len(imports)}."
    yield from (f"  {importer} → {imported}" for importer, imported in imports)
