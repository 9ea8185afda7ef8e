"""Reads whose querysets are built and compiled once for each shape, and executed with other values each time.

Building and compiling a queryset costs several times what executing it does, and gives the same text at every request.
A ``CompiledRead`` calls the function that builds the queryset with stand-ins in place of the values, keeps the text,
and puts the values in the places of the stand-ins. The queryset stays the only definition of what is read.
"""

# ruff: noqa: SLF001 - how a queryset makes objects of its rows is no public part of Django; a test compares the two

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Model, QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from psycopg.sql import Literal

from kit.prepared import bindable, preparing_cursor

#: Texts that are kept of each read: more than there are shapes of authority.
MOST_SHAPES: Final = 512
#: What stands for a value while a queryset is compiled, by type: nothing that a rule would write itself.
_STAND_INS: Final[Mapping[type, Callable[[int], Any]]] = {
    int: lambda place: 2_000_000_000 + place,
    str: lambda place: f"\ue000{place}\ue001",
    uuid.UUID: lambda place: uuid.UUID(int=2**127 + place),
    datetime: lambda place: datetime(9000, 6, 1, tzinfo=UTC) + timedelta(days=place),
    date: lambda place: date(9100, 6, 1) + timedelta(days=place),
}
#: How a stand-in is recognised that became part of another value, such as a list, a pattern or a moment before it.
_TRACES: Final = re.compile(r"\ue000|20000000\d\d|80000000-?0000-?0000|\b9[01]00-")
_PLACES: Final = re.compile("(%%|%s)")
_NOTHING_RELATED: Final[Mapping[str, Model]] = {}


class ShapeError(Exception):
    """Nothing can stand for a value, what stands for it was changed, or rows become what is not compiled."""


class CompiledRead[Row]:
    """The rows of the queryset that ``build`` returns, compiled once for each shape.

    ``build`` gets the shape and, by name, something that stands for each value: it must not look at it. What decides
    how a queryset is built belongs into the shape. ``is_prepared`` lets PostgreSQL keep its plan: only for statements
    that find their rows by a key, which ``tests/complaints/desk/test_plans.py`` holds.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *, is_prepared: bool = False) -> None:
        self._build, self._is_prepared = build, is_prepared
        self._compiled = lru_cache(maxsize=MOST_SHAPES)(self._compile)

    def rows(
        self, shape: Hashable = None, related: Mapping[str, Model] = _NOTHING_RELATED, /, **values: Any
    ) -> list[Row]:
        """Return the rows in one statement, without one where no row can fit.

        ``related`` are objects at hand, by the name of the key of the rows that leads to them.
        """
        types = tuple((name, _stand_in_type(name, value)) for name, value in values.items())
        statement = self._compiled(shape, types)
        return list(statement.rows(values, related)) if statement else []

    def first(
        self, shape: Hashable = None, related: Mapping[str, Model] = _NOTHING_RELATED, /, **values: Any
    ) -> Row | None:
        """Return the first of the rows, or None; as ``rows``."""
        return next(iter(self.rows(shape, related, **values)), None)

    def queryset(self, shape: Hashable = None, /, **values: Any) -> QuerySet[Any, Row]:
        """Return the queryset for these values, as it is without being compiled: what the rows are compared with."""
        return self._build(shape, **values)

    def _compile(self, shape: Hashable, types: Sequence[tuple[str, type]]) -> _Statement | None:
        stand_ins = {name: _STAND_INS[kind](place) for place, (name, kind) in enumerate(types)}
        rows = self._build(shape, **stand_ins)
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            text, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        names = {value: name for name, value in stand_ins.items()}
        return _Statement(rows, compiler, *_bound(text, parameters, names), is_prepared=self._is_prepared)


def numbered(name: str, keys: Collection[Any]) -> dict[str, Any]:
    """Return ``keys`` as the values ``name_0``, ``name_1`` and so on of a read of the rows with these keys.

    The last is repeated up to a power of two, so that a read has few texts, however many rows it is asked for.
    """
    listed = list(keys)
    whole = 1 << (len(listed) - 1).bit_length() if listed else 0
    return {f"{name}_{place}": key for place, key in enumerate(listed + listed[-1:] * (whole - len(listed)))}


def _stand_in_type(name: str, value: object) -> type:
    kind = type(value)
    if kind in _STAND_INS:
        return kind
    # A choice is a text, and so is what a template marks as safe.
    if isinstance(value, str):
        return str
    message = f"nothing can stand for {name}, a {kind.__name__}"
    raise ShapeError(message)


def _bound(text: str, parameters: Iterable[Any], names: Mapping[Any, str]) -> tuple[str, Sequence[str]]:
    """Return ``text`` with its constants in it, and the names of the values for the places that are left.

    As literals, states let partial indexes hold whatever plan PostgreSQL keeps.
    """
    left, found, parts = iter(parameters), [], []
    for part in _PLACES.split(text):
        parameter = next(left) if part == "%s" else None
        name = names.get(parameter) if isinstance(parameter, Hashable) else None
        if name is not None:
            found.append(name)
        elif part == "%s":
            part = Literal(parameter).as_string().replace("%", "%%")  # noqa: PLW2901 - the next part of the text
        parts.append(part)
    bound = "".join(parts)
    if _TRACES.search(bound):
        message = f"a value is part of another one: {bound}"
        raise ShapeError(message)
    return bound, found


class _Statement:
    """The text of one shape, whose values stand where, and what becomes of its rows; no request changes it."""

    def __init__(
        self, rows: QuerySet[Any, Any], compiler: Any, text: str, names: Sequence[str], *, is_prepared: bool
    ) -> None:
        self._model, self._text, self._names, self._is_prepared = rows.model, text, names, is_prepared
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        self._converters = list(compiler.get_converters(columns).items())
        self._made = _maker(rows, compiler)
        # What is locked is read where it is written, whoever else reads from a replica.
        self._database = router.db_for_write if rows._for_write else router.db_for_read  # type: ignore[attr-defined]

    def rows(self, values: Mapping[str, Any], related: Mapping[str, Model]) -> Iterator[Any]:
        """Return what the statement finds with ``values``."""
        alias = self._database(self._model)
        found = self._found([values[name] for name in self._names], connections[alias])
        return self._made(found, alias, related)

    def _found(self, values: Sequence[Any], connection: Any) -> Iterable[Sequence[Any]]:
        with preparing_cursor(connection) if self._is_prepared else connection.cursor() as cursor:
            cursor.execute(self._text, [bindable(value) for value in values] if self._is_prepared else values)
            rows: Sequence[Sequence[Any]] = cursor.fetchall()
        return (self._converted(list(row), connection) for row in rows) if self._converters else rows

    def _converted(self, row: list[Any], connection: Any) -> Sequence[Any]:
        for place, (converters, expression) in self._converters:
            for converter in converters:
                row[place] = converter(row[place], expression, connection)
        return row


# ---- what becomes of rows ----

type _Maker = Callable[[Iterable[Sequence[Any]], str, Mapping[str, Model]], Iterator[Any]]


def _maker(rows: QuerySet[Any, Any], compiler: Any) -> _Maker:
    """Return what makes objects, tuples or single values of the columns, as the queryset would."""
    kind = rows._iterable_class
    if kind is ModelIterable and not rows._prefetch_related_lookups:  # type: ignore[attr-defined]
        return _Objects(rows, compiler)
    if kind is ValuesListIterable:
        return lambda found, _alias, _related: map(tuple, found)
    if kind is FlatValuesListIterable:
        return lambda found, _alias, _related: (row[0] for row in found)
    message = f"{kind.__name__} and prefetched rows are not compiled"
    raise ShapeError(message)


class _Objects:
    """Makes objects, with what ``select_related`` and annotations give them."""

    def __init__(self, rows: QuerySet[Any, Any], compiler: Any) -> None:
        info, mode = compiler.klass_info, rows._fetch_mode  # type: ignore[attr-defined]
        if mode.track_peers or rows._known_related_objects:  # type: ignore[attr-defined]
            message = "rows that know one another or an object are not compiled"
            raise ShapeError(message)
        self._first, self._after = info["select_fields"][0], info["select_fields"][-1] + 1
        self._names = [column[0].target.attname for column in compiler.select[self._first : self._after]]
        self._model, self._mode = info["model"], mode
        self._annotations = list((compiler.annotation_col_map or {}).items())
        select = compiler.select
        self._populators = lru_cache(maxsize=4)(lambda alias: get_related_populators(info, select, alias, mode))
        #: The keys that many rows may have alike; what leads back to one row alone is made for each.
        self._shared = [
            None if one["reverse"] or one["from_parent"] or one["field"].unique else one["field"]
            for one in info.get("related_klass_infos", ())
        ]

    def __call__(self, found: Iterable[Sequence[Any]], alias: str, related: Mapping[str, Model]) -> Iterator[Any]:
        """Yield an object for each row."""
        model, names, mode = cast("Any", self._model), self._names, self._mode
        relate = [_relating(*pair) for pair in zip(self._populators(alias), self._shared, strict=True)]
        known = [(model._meta.get_field(name), value) for name, value in related.items()]
        for row in found:
            one = model.from_db(alias, names, row[self._first : self._after], fetch_mode=mode)
            for to_related in relate:
                to_related(row, one)
            for name, place in self._annotations:
                setattr(one, name, row[place])
            for field, value in known:
                field.set_cached_value(one, value)
            yield one


def _relating(populator: Any, field: Any) -> Callable[[Sequence[Any], Model], None]:
    """Return what gives a row what it leads to; rows with the same key share one object, as prefetched rows do."""
    if field is None:
        return cast("Callable[[Sequence[Any], Model], None]", populator.populate)
    made: dict[Any, Any] = {}
    place = populator.cols_start + populator.pk_idx

    def relate(row: Sequence[Any], one: Model) -> None:
        key = row[place]
        if key in made:
            field.set_cached_value(one, made[key])
        else:
            populator.populate(row, one)
            made[key] = field.get_cached_value(one)

    return relate
