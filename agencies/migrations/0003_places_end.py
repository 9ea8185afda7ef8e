"""Places can be ended, a row can follow the project files again, and agencies know when they were renamed."""

from django.db import migrations, models

KINDS = [
    ("added", "Added"),
    ("changed", "Changed"),
    ("ended", "Ended"),
    ("loaded", "Loaded from the project files"),
    ("imported", "Imported from a file"),
    ("follows", "Follows the project files again"),
]


RENAMED = """
UPDATE agencies_agency a SET renamed_on = c.day
FROM (SELECT row, max(effective_on) AS day FROM agencies_referencechange
      WHERE thing = 'agency' AND applied_at IS NOT NULL AND before ?| ARRAY['name_ar', 'name_en'] GROUP BY row) c
WHERE c.row = a.id;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="city",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True, verbose_name="offered"),
        ),
        migrations.AlterField(
            model_name="referencechange", name="kind", field=models.CharField(choices=KINDS, max_length=10)
        ),
        migrations.AddField(
            model_name="agency",
            name="renamed_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="The last day a name changed; null for never.",
                null=True,
                verbose_name="renamed on",
            ),
        ),
        migrations.RunSQL(RENAMED, migrations.RunSQL.noop),
    ]
