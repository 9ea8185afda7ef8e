"""The check of migrations: what locks a table or breaks the version before is refused, the rest is let through."""

from functools import cache

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from config import database_roles
from config.devstack.migrations import FIRST_RELEASE, ROWS, Risk, risks, unaccepted
from config.tables_together import together

pytestmark = pytest.mark.django_db
CHECKED = models.CheckConstraint(condition=models.Q(version__gt=0), name="checked")


def rules_of(*operations: Operation, atomic: bool = True) -> list[str]:
    """Return the rules that a migration of complaints with these operations would break."""
    migration = type("Try", (migrations.Migration,), {"operations": operations, "atomic": atomic})("try", "complaints")
    with connection.schema_editor(collect_sql=True, atomic=atomic) as editor:
        migration.apply(_today().clone(), editor, collect_sql=True)
    return sorted({risk.rule for risk in risks(editor.collected_sql, atomic=atomic)})


@cache
def _today() -> ProjectState:
    """Return the models after all migrations of today, which take seconds to read."""
    return MigrationLoader(connection).project_state()


@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        (
            migrations.AddIndex("case", models.Index(fields=["version"], name="i")),
            ["require-concurrent-index-creation"],
        ),
        (migrations.RemoveIndex("caseevent", "event_of_actor"), ["require-concurrent-index-deletion"]),
        (migrations.AddConstraint("case", CHECKED), ["constraint-missing-not-valid"]),
        (
            migrations.AddConstraint("case", models.UniqueConstraint(fields=["version"], name="u")),
            ["constraint-missing-not-valid", "disallowed-unique-constraint"],
        ),
        (migrations.AlterField("case", "version", models.TextField()), ["ban-drop-constraint", "changing-column-type"]),
        (migrations.RenameField("case", "version", "edition"), ["renaming-column"]),
        (migrations.RemoveField("case", "version"), ["ban-drop-column"]),
        (migrations.DeleteModel("SearchBlock"), ["ban-drop-table"]),
        (migrations.RenameModel("SearchBlock", "WordBlock"), ["renaming-table"]),
        # The version before would insert no value.
        (migrations.AddField("case", "mood", models.CharField(max_length=9, default="")), ["ban-drop-default"]),
        (migrations.RunSQL("UPDATE complaints_case SET version = version"), [ROWS]),
        (migrations.RunPython(migrations.RunPython.noop), [ROWS]),
    ],
)
def test_what_locks_or_breaks_is_refused(operation: Operation, rules: list[str]) -> None:
    assert rules_of(operation) == rules


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("case", "mood", models.CharField(max_length=9, null=True)),
        migrations.AddField("case", "mood", models.CharField(max_length=9, db_default="")),
        migrations.AddField("case", "seen_at", models.DateTimeField(null=True)),
        AddConstraintNotValid("case", CHECKED),
        migrations.CreateModel(
            "Mood",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("case", models.ForeignKey("complaints.Case", models.CASCADE)),
                ("word", models.CharField(max_length=9, db_index=True)),
            ],
        ),
    ],
)
def test_what_does_neither_is_let_through(operation: Operation) -> None:
    assert rules_of(operation) == []


@pytest.mark.django_db(transaction=True)
def test_indexes_checks_and_rows_have_migrations_without_a_transaction() -> None:
    index = AddIndexConcurrently("case", models.Index(fields=["version"], name="i"))
    assert rules_of(index, migrations.RunPython(migrations.RunPython.noop), atomic=False) == []
    assert rules_of(AddConstraintNotValid("case", CHECKED), ValidateConstraint("case", "checked"), atomic=False) == []


def test_the_role_that_migrates_waits_for_no_lock_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    added = migrations.AddField("case", "mood", models.CharField(max_length=9, null=True))
    monkeypatch.setitem(database_roles.SETTINGS, database_roles.OWNER, {})
    assert rules_of(added) == ["require-lock-timeout", "require-statement-timeout"]


def test_a_risk_is_accepted_with_a_reason_and_only_where_it_is_taken() -> None:
    found = [Risk("ban-drop-column", "Dropping breaks.")]
    assert unaccepted(found, {}) == ["ban-drop-column: Dropping breaks."]
    assert unaccepted(found, {"ban-drop-column": ""}) == ["ban-drop-column: Dropping breaks."]
    assert unaccepted(found, {"ban-drop-column": "no version reads it since 0.3.0"}) == []
    assert unaccepted([], {"ban-drop-column": "no version reads it since 0.3.0"}) == [
        "ban-drop-column: is accepted, but this migration does not take this risk"
    ]


def test_the_first_release_is_named_by_migrations_that_exist() -> None:
    assert set(FIRST_RELEASE.items()) <= set(MigrationLoader(connection).disk_migrations)


def test_tables_in_a_row_are_created_together_and_leave_the_same_state() -> None:
    loader = MigrationLoader(None)
    first = loader.disk_migrations["agencies", "0001_initial"]
    operations = list(together(first.operations))
    assert len(operations) < len(first.operations)
    one_by_one, at_once = ProjectState(), ProjectState()
    for operation in first.operations:
        operation.state_forwards("agencies", one_by_one)
    for operation in operations:
        operation.state_forwards("agencies", at_once)
    tables, others = (
        {key: (list(model.fields), model.options) for key, model in state.models.items()}
        for state in (one_by_one, at_once)
    )
    assert tables == others
