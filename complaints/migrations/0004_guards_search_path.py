"""The guards read the tables of the schema, whatever else a session calls by their names.

A role may make temporary tables, and PostgreSQL finds these first: a guard that looked for an event of its case in a
temporary table of the same name would be told whatever the session wrote there.
"""

from __future__ import annotations

from django.db import migrations

GUARDS = ("complaints_require_event", "complaints_guard_officer", "complaints_guard_actor", "complaints_forget_block")


class Migration(migrations.Migration):
    dependencies = [("complaints", "0003_case_changed_at")]

    operations = [
        migrations.RunSQL(
            [f"ALTER FUNCTION {guard}() SET search_path = public, pg_temp" for guard in GUARDS],
            [f"ALTER FUNCTION {guard}() RESET search_path" for guard in GUARDS],
        )
    ]
