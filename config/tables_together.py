"""Creates the tables of a migration together, so that its models are rendered once and not anew for each table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from itertools import groupby
from typing import override

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class TablesTogether(Operation):
    """Several tables in a row: the same statements as one after another.

    After each `CreateModel` Django renders every model anew that is related to the new one, however remotely. With a
    hundred models that took most of the time of a first migration.
    """

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add all models to the state; they are rendered when the first is asked for."""
        state.clear_delayed_apps_cache()
        state.__dict__.pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create all tables."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)


class Executor(MigrationExecutor):
    """Django's own, which creates the tables of a migration together."""

    @override
    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        """Apply it; the migration itself stays as it is."""
        if not (fake or fake_initial):
            migration = copy(migration)
            vars(migration)["operations"] = list(together(migration.operations))
        return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


def together(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield the operations, each run of tables as one."""
    for are_tables, run in groupby(operations, key=lambda operation: type(operation) is CreateModel):
        found = list(run)
        if are_tables:
            yield TablesTogether([table for table in found if isinstance(table, CreateModel)])
        else:
            yield from found
