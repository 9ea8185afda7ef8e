"""Many times the cases of a database: copies of them with all rows that figures are made of, written by statements.

Making up a case takes four milliseconds in Python, and a million of them an hour; copies take minutes. The guards do
not look at copies. Their words can be searched; names in their texts cannot, nor are similar cases found. Where people
are copied too, a copy is of a person of its own, but in the hands of the same staff.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db import connection, models, transaction

from accounts.models import Citizen
from complaints.models import (
    Addition,
    Answer,
    Case,
    CaseEvent,
    Classification,
    Clock,
    ClockStep,
    Extension,
    Holding,
    Objection,
    OwnerClues,
    Question,
    Rating,
    Recurrence,
    ReferralTask,
    Refusal,
)
from complaints.models.history import NUMBER_BITS
from tests.bench import copied_people
from tests.bench.copied_people import PEOPLE

#: What figures, dashboards, lists of cases and audits read, in the order of their foreign keys.
COPIED: Final[tuple[type[models.Model], ...]] = (
    *PEOPLE,
    Case,
    CaseEvent,
    Holding,
    ReferralTask,
    Clock,
    ClockStep,
    Answer,
    Question,
    Addition,
    Refusal,
    Extension,
    Objection,
    Rating,
    Recurrence,
    Classification,
)
#: What lists of cases, their counts and triage read: of a million cases, minutes are enough to copy these.
LISTED: Final[tuple[type[models.Model], ...]] = (
    Case,
    CaseEvent,
    ReferralTask,
    Clock,
    Answer,
    Refusal,
    Extension,
    OwnerClues,
)
#: Columns that no two rows may share, besides keys: what a copy has there instead.
_OWN: Final = {
    "complaints_case.reference": "'9' || lpad((id + copy * %(step)s)::text, 9, '0')",
} | copied_people.OWN


class Enlarger:
    """Copies the cases that a database has when it is made; ``largest`` keys of each table tell which those were.

    ``models`` are the tables that are copied, in the order of their foreign keys.
    """

    def __init__(self, models: Sequence[type[models.Model]] = COPIED) -> None:
        self._models = models
        self._largest = {
            model: self._number(f"max({_column(model._meta.pk)})", model) for model in models if model not in PEOPLE
        }

    def copy(self, first: int, last: int) -> None:
        """Write the copies from number ``first`` to ``last``; copy 0 are the cases themselves."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
            # Spans of copies overlap as little as those they are copied from, and looking takes longer than all else.
            cursor.execute("ALTER TABLE complaints_holding DROP CONSTRAINT IF EXISTS holding_spans_do_not_overlap")
            # Copied like the rest: to fold and split the texts again takes ten times as long as all else.
            for name in ("folded", "search_vector"):
                cursor.execute(f"ALTER TABLE complaints_case ALTER COLUMN {name} DROP EXPRESSION IF EXISTS")
            indexes = list(self._drop_indexes())
            for model in self._models:
                cursor.execute(self._statement(model), {"first": first, "last": last, "step": self._largest[Case]})
            if Citizen in self._models:
                copied_people.seal_copies(first, last, self._largest[Case])
            for definition in indexes:
                cursor.execute(definition)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {', '.join(model._meta.db_table for model in self._models)}")

    def _number(self, expression: str, model: type[models.Model]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce({expression}, 0) FROM {model._meta.db_table}")
            return int(cursor.fetchone()[0])

    def _statement(self, model: type[models.Model]) -> str:
        fields = model._meta.concrete_fields
        columns = ", ".join(map(_column, fields))
        values = ", ".join(self._value(model, field) for field in fields)
        copied = copied_people.COPIED.get(model) or f"{_column(model._meta.pk)} <= {self._largest[model]}"
        return f"""INSERT INTO {model._meta.db_table} ({columns})
            SELECT {values} FROM {model._meta.db_table} CROSS JOIN generate_series(%(first)s, %(last)s) AS copy
            WHERE {copied}"""

    def _value(self, model: type[models.Model], field: models.Field) -> str:
        column = _column(field)
        own = _OWN.get(f"{model._meta.db_table}.{column}")
        to = model if field.primary_key and not field.remote_field else field.related_model
        if own is None and to in PEOPLE and to in self._models:
            return copied_people.twin(column, to, is_key=model is to)
        if isinstance(field, models.UUIDField) and field.unique:
            own = f"CASE WHEN {column} IS NOT NULL THEN gen_random_uuid() END"
        if to is CaseEvent:
            # The key of an event begins with that of its case, also where no events are copied.
            return f"{column} + copy * ({self._largest[Case]}::bigint << {NUMBER_BITS})"
        if own is not None or to not in self._largest:
            return own or column
        return f"{column} + copy * {self._largest[to]}::bigint"

    def _drop_indexes(self) -> Iterator[str]:
        """Drop the indexes that no constraint needs and yield what makes them again, but for those of three letters."""
        tables = [model._meta.db_table for model in self._models]
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
                WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
                AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)""",
                [tables],
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
                if "gin_trgm_ops" not in definition:
                    yield definition


def _column(field: models.Field) -> str:
    return str(field.column)
