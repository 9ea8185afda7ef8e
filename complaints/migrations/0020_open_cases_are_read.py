"""The open cases that were there before, noted to be read."""

from typing import Any

from django.db import migrations

BATCH = 5000


def note(apps: Any, _schema_editor: Any) -> None:
    """Note the open cases in batches; a trigger has noted those that changed meanwhile, and once more does no harm."""
    cases, due = apps.get_model("complaints", "Case"), apps.get_model("complaints", "SuggestionsDue")
    last, keys = 0, [0]
    while keys:
        open_cases = cases.objects.filter(pk__gt=last).exclude(state="closed")
        keys = list(open_cases.order_by("pk").values_list("pk", flat=True)[:BATCH])
        due.objects.bulk_create(due(case_id=key) for key in keys)
        last = keys[-1] if keys else last


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("complaints", "0019_suggestions")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
