"""What the entries of each day add up to, by one dimension or none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    accepted_risks = {
        "ban-drop-table": "no release has the table; the next migration has its rows made anew",
        "prefer-bigint-over-smallint": "the number is a mask of five bits",
    }

    dependencies = [
        ("reports", "0003_audit_guards"),
    ]

    operations = [
        # Databases of developers have it without dimensions.
        migrations.RunSQL("DROP TABLE IF EXISTS reports_figureday", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="FigureDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency_id", models.BigIntegerField(null=True)),
                ("topic_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=12, null=True)),
                ("channel", models.CharField(max_length=12, null=True)),
                ("governorate_id", models.BigIntegerField(null=True)),
                ("rolled_up", models.SmallIntegerField()),
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
                "indexes": [models.Index(fields=["rolled_up", "origin"], name="figure_day_by_origin")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "rolled_up",
                            "moment",
                            "origin",
                            "agency_id",
                            "topic_id",
                            "kind",
                            "channel",
                            "governorate_id",
                            "decide_days",
                            "answer_days",
                        ),
                        name="figure_day_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
