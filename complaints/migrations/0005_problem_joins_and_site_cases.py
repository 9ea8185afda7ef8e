"""Who joined a known problem, and which cases came through an agency's own site."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Two may press at once: whoever joins after the end would never be told of it.
GUARD = """
CREATE FUNCTION complaints_guard_problem_join() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM agencies_knownproblem
        WHERE id = NEW.problem_id AND starts_at <= NEW.joined_at AND ends_at > NEW.joined_at
    ) THEN
        RAISE EXCEPTION 'nobody joins a known problem that is over' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_problemjoin_of_an_open_problem BEFORE INSERT ON complaints_problemjoin
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_problem_join();
"""
DROP = """
DROP TRIGGER complaints_problemjoin_of_an_open_problem ON complaints_problemjoin;
DROP FUNCTION complaints_guard_problem_join();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_guards"),
        ("agencies", "0003_known_problems_and_sites"),
        ("complaints", "0004_channels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="agencies.agencysite",
            ),
        ),
        migrations.CreateModel(
            name="ProblemJoin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "Website"),
                            ("app", "Smartphone app"),
                            ("phone", "National Contact Centre"),
                            ("agency_site", "Agency's website"),
                            ("letter", "Paper letter"),
                            ("visit", "Visit in person"),
                            ("email", "E-mail"),
                            ("program", "Interface for programs"),
                        ],
                        default="web",
                        max_length=12,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "citizen",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joins",
                        to="accounts.citizen",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="joins", to="agencies.knownproblem"
                    ),
                ),
            ],
            options={
                "verbose_name": "person with a known problem",
                "verbose_name_plural": "people with a known problem",
                "ordering": ["-joined_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at", None)), fields=["problem", "id"], name="problem_join_untold"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("problem", "citizen"), name="problem_joined_once"),
                    models.CheckConstraint(
                        condition=models.Q(("citizen__isnull", False), ("told_at__isnull", False), _connector="OR"),
                        name="problem_join_forgotten_when_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteCase",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="complaints.case",
                    ),
                ),
                ("filed_at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agencysite"
                    ),
                ),
            ],
            options={
                "verbose_name": "case from an agency's website",
                "verbose_name_plural": "cases from agencies' websites",
                "indexes": [models.Index(fields=["site", "filed_at"], name="site_case_by_day")],
            },
        ),
        migrations.RunSQL(GUARD, DROP),
    ]
