"""An acceptance, a refusal and an answer can be undone: the guards know the action "undo" in place of "correct"."""

from django.db import migrations, models

_CORRECT = "('correct', 'closed', 'in_progress')"
_UNDO = ",\n    ".join(
    f"('undo', '{source}', '{target}')"
    for source in ("closed", "in_progress", "triage")
    for target in ("in_progress", "referred")
)


def _replace(function: str, *, old: str, new: str) -> str:
    return f"""
DO $do$ BEGIN
    EXECUTE replace(pg_get_functiondef('{function}'::regproc), $old${old}$old$, $new${new}$new$);
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0020_open_cases_are_read")]
    operations = [
        migrations.AddField("refusal", "undone_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            _replace("complaints_is_edge", old=_CORRECT, new=_UNDO),
            _replace("complaints_is_edge", old=_UNDO, new=_CORRECT),
        ),
        migrations.RunSQL(
            _replace("complaints_guard_rating", old="'correct'", new="'undo'"),
            _replace("complaints_guard_rating", old="'undo'", new="'correct'"),
        ),
    ]
