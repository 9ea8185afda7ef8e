"""The changes of reference data, append-only, and outside centres that are no longer offered."""

from typing import ClassVar

import django.core.serializers.json
from django.db import migrations, models

KINDS = [
    ("added", "Added"),
    ("changed", "Changed"),
    ("ended", "Ended"),
    ("loaded", "Loaded from the project files"),
    ("imported", "Imported from a file"),
]

# The one escape is for the flush of a transactional test, as for the history of cases.
# A change that waits for its day gets one mark, once: applied or dropped. Nothing else is altered.
GUARD = """
CREATE FUNCTION agencies_guard_reference_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_database() LIKE 'test\\_%'
        AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE'
        AND OLD.applied_at IS NULL AND OLD.dropped_at IS NULL
        AND (NEW.applied_at IS NULL) <> (NEW.dropped_at IS NULL)
        AND to_jsonb(NEW) - 'applied_at' - 'dropped_at' = to_jsonb(OLD) - 'applied_at' - 'dropped_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'changes of reference data are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER agencies_referencechange_append_only BEFORE UPDATE OR DELETE ON agencies_referencechange
    FOR EACH ROW EXECUTE FUNCTION agencies_guard_reference_change();
"""


class Migration(migrations.Migration):
    """Two new things beside the tables in use."""

    dependencies: ClassVar = [("agencies", "0002_calendar_changes")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ReferenceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("thing", models.CharField(max_length=20)),
                ("row", models.BigIntegerField()),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                (
                    "before",
                    models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                ("after", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("made_by", models.UUIDField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("effective_on", models.DateField()),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "change of reference data",
                "verbose_name_plural": "changes of reference data",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["thing", "row", "-id"], name="reference_change_of_row"),
                    models.Index(
                        condition=models.Q(("applied_at", None), ("dropped_at", None)),
                        fields=["effective_on", "id"],
                        name="reference_change_planned",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("applied_at", None), ("dropped_at", None), _connector="OR"),
                        name="reference_change_is_applied_or_dropped",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER agencies_referencechange_append_only ON agencies_referencechange;"
            " DROP FUNCTION agencies_guard_reference_change();",
        ),
        migrations.AddField(
            model_name="outsidecentre",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True, verbose_name="offered"),
        ),
    ]
