"""What the entries of each day add up to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_audit_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("moment", models.DateTimeField()),
                ("origin", models.DateTimeField()),
                ("decide_days", models.IntegerField(null=True)),
                ("answer_days", models.IntegerField(null=True)),
                ("received", models.BigIntegerField(null=True)),
                ("came_back", models.BigIntegerField(null=True)),
                ("closed", models.BigIntegerField(null=True)),
                ("confirmed", models.BigIntegerField(null=True)),
                ("disputed", models.BigIntegerField(null=True)),
                ("unanswered", models.BigIntegerField(null=True)),
                ("rated", models.BigIntegerField(null=True)),
                ("treated", models.BigIntegerField(null=True)),
                ("treatment", models.BigIntegerField(null=True)),
                ("decided", models.BigIntegerField(null=True)),
                ("decided_in_time", models.BigIntegerField(null=True)),
                ("answered", models.BigIntegerField(null=True)),
                ("answered_in_time", models.BigIntegerField(null=True)),
                ("challenged", models.BigIntegerField(null=True)),
                ("bounced", models.BigIntegerField(null=True)),
                ("extended", models.BigIntegerField(null=True)),
                ("objected", models.BigIntegerField(null=True)),
                ("upheld", models.BigIntegerField(null=True)),
                ("failed", models.BigIntegerField(null=True)),
                ("reclassified", models.BigIntegerField(null=True)),
                ("audited", models.BigIntegerField(null=True)),
                ("hollow", models.BigIntegerField(null=True)),
                ("outcome_solved", models.BigIntegerField(null=True)),
                ("outcome_partly", models.BigIntegerField(null=True)),
                ("outcome_refused_with_reason", models.BigIntegerField(null=True)),
                ("outcome_answered", models.BigIntegerField(null=True)),
                ("outcome_thanked", models.BigIntegerField(null=True)),
                ("outcome_adopted", models.BigIntegerField(null=True)),
                ("outcome_not_adopted", models.BigIntegerField(null=True)),
                ("outcome_withdrawn", models.BigIntegerField(null=True)),
                ("outcome_no_reply", models.BigIntegerField(null=True)),
                ("outcome_inadmissible", models.BigIntegerField(null=True)),
                ("pending", models.BigIntegerField(null=True)),
                ("late", models.BigIntegerField(null=True)),
                ("age_week", models.BigIntegerField(null=True)),
                ("age_month", models.BigIntegerField(null=True)),
                ("age_quarter", models.BigIntegerField(null=True)),
                ("age_older", models.BigIntegerField(null=True)),
                ("rest_desk", models.BigIntegerField(null=True)),
                ("rest_directorate", models.BigIntegerField(null=True)),
                ("rest_citizen", models.BigIntegerField(null=True)),
                ("rest_unit", models.BigIntegerField(null=True)),
                ("rest_outside", models.BigIntegerField(null=True)),
                ("held_desk", models.BigIntegerField(null=True)),
                ("held_directorate", models.BigIntegerField(null=True)),
                ("held_citizen", models.BigIntegerField(null=True)),
                ("held_unit", models.BigIntegerField(null=True)),
                ("held_outside", models.BigIntegerField(null=True)),
                ("received_closed", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "kept day",
                "indexes": [models.Index(fields=["origin"], name="figure_day_origin")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("moment", "origin", "decide_days", "answer_days"),
                        name="figure_day_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
