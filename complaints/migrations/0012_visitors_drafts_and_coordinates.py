"""Drafts of visitors, several drafts of one kind, what was typed that is not in order, and coordinates of a place."""

import django.db.models.deletion
from django.db import migrations, models

IN_JORDAN = models.Q(("latitude", None), ("longitude", None)) | (
    models.Q(("latitude__isnull", False), ("longitude__isnull", False))
    & models.Q(("latitude__gte", 29.1), ("latitude__lte", 33.5), ("longitude__gte", 34.8), ("longitude__lte", 39.4))
)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_topics_ask_for_the_place"),
        ("complaints", "0010_challenged_answers"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="draft", name="draft_one_per_citizen_and_kind"),
        migrations.AlterField(
            model_name="draft",
            name="citizen",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="accounts.citizen",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="visitor",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="draft", name="typed", field=models.TextField(blank=True, db_default="", default="")
        ),
        *(
            migrations.AddField(model_name=model, name=name, field=models.FloatField(blank=True, null=True))
            for model in ("draft", "case")
            for name in ("latitude", "longitude")
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(("citizen__isnull", False), ("visitor", ""))
                | (models.Q(("citizen", None)) & models.Q(("visitor", ""), _negated=True)),
                name="draft_of_a_citizen_or_a_visitor",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft", constraint=models.CheckConstraint(condition=IN_JORDAN, name="draft_is_in_jordan")
        ),
        migrations.AddConstraint(
            model_name="case", constraint=models.CheckConstraint(condition=IN_JORDAN, name="case_is_in_jordan")
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("visitor", ""), _negated=True), fields=["visitor"], name="draft_of_visitor"
            ),
        ),
        migrations.AddIndex(model_name="draft", index=models.Index(fields=["updated_at"], name="draft_by_age")),
    ]
