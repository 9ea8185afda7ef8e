"""Known problems, and the own sites of agencies; what is over is never opened again."""

import django.db.models.deletion
from django.db import migrations, models

# Whoever joined has been told that it is over: a later end would make that untrue.
GUARD = """
CREATE FUNCTION agencies_guard_known_problem() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.ends_at <= NEW.changed_at THEN
        RAISE EXCEPTION 'a known problem that is over does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agencies_knownproblem_stays_over BEFORE UPDATE ON agencies_knownproblem
    FOR EACH ROW EXECUTE FUNCTION agencies_guard_known_problem();
"""
DROP = """
DROP TRIGGER agencies_knownproblem_stays_over ON agencies_knownproblem;
DROP FUNCTION agencies_guard_known_problem();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgencySite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "unverified",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="What still needs checking; leave empty once verified",
                        max_length=300,
                        verbose_name="not verified",
                    ),
                ),
                (
                    "edited_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last edited by staff"),
                ),
                (
                    "code",
                    models.SlugField(
                        blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name="row code"
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        help_text="Without a page, such as https://www.agency.example",
                        max_length=200,
                        unique=True,
                        verbose_name="address of the site",
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="offered")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="agencies.agency",
                        verbose_name="agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "agency's website",
                "verbose_name_plural": "agencies' websites",
                "ordering": ["origin"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("origin__regex", "^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")),
                        name="agency_site_is_origin",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text_ar", models.CharField(max_length=400, verbose_name="text in Arabic")),
                ("text_en", models.CharField(max_length=400, verbose_name="text in English")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("published_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.agency",
                        verbose_name="agency",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.city",
                        verbose_name="place",
                    ),
                ),
                (
                    "governorate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.governorate",
                        verbose_name="governorate",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.topic",
                        verbose_name="topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "known problem",
                "verbose_name_plural": "known problems",
                "ordering": ["-starts_at", "-pk"],
                "indexes": [models.Index(fields=["ends_at"], name="known_problem_by_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gte", models.F("starts_at"))),
                        name="known_problem_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("city", None), ("governorate__isnull", False), _connector="OR"),
                        name="known_problem_place_has_its_governorate",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, DROP),
    ]
