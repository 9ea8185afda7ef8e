"""Circulations, annexes, answers and reminders, and what the database refuses of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = r"""
CREATE TRIGGER reports_annex_answers_are_kept BEFORE UPDATE OR DELETE ON reports_annexanswer
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_annex_files_are_kept BEFORE UPDATE OR DELETE ON reports_annexfile
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_annex_notices_are_kept BEFORE UPDATE OR DELETE ON reports_annexnotice
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_annexes_are_kept BEFORE DELETE ON reports_annex
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_circulations_are_kept BEFORE DELETE ON reports_circulation
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();

CREATE FUNCTION reports_guard_annex() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opening CONSTANT text[] := ARRAY['opened_at', 'opened_by_id'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
            RAISE EXCEPTION 'the digest of an annex is that of its content'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - opening IS DISTINCT FROM to_jsonb(OLD) - opening OR OLD.opened_at IS NOT NULL THEN
        RAISE EXCEPTION 'annex % is frozen, and is first opened once', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_annex_is_frozen BEFORE INSERT OR UPDATE ON reports_annex
    FOR EACH ROW EXECUTE FUNCTION reports_guard_annex();

CREATE FUNCTION reports_guard_circulation() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reports_periodicreport report WHERE report.id = NEW.report_id AND report.state = 'released'
    ) THEN
        RAISE EXCEPTION 'report % is not released', NEW.report_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_circulation_of_a_released_report BEFORE INSERT ON reports_circulation
    FOR EACH ROW EXECUTE FUNCTION reports_guard_circulation();
"""
NO_GUARDS = """
DROP TRIGGER reports_circulation_of_a_released_report ON reports_circulation;
DROP FUNCTION reports_guard_circulation();
DROP TRIGGER reports_annex_is_frozen ON reports_annex;
DROP FUNCTION reports_guard_annex();
DROP TRIGGER reports_circulations_are_kept ON reports_circulation;
DROP TRIGGER reports_annexes_are_kept ON reports_annex;
DROP TRIGGER reports_annex_notices_are_kept ON reports_annexnotice;
DROP TRIGGER reports_annex_files_are_kept ON reports_annexfile;
DROP TRIGGER reports_annex_answers_are_kept ON reports_annexanswer;
"""


class Migration(migrations.Migration):
    """Make the tables, then what the database refuses."""

    dependencies = [
        ("agencies", "0002_guards"),
        ("complaints", "0005_track_records"),
        ("reports", "0008_commitment_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Annex",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="annexes", to="agencies.agency"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "annex of a report",
                "verbose_name_plural": "annexes of reports",
            },
        ),
        migrations.CreateModel(
            name="AnnexAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=5000)),
                ("at", models.DateTimeField()),
                (
                    "annex",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="reports.annex"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to an annex",
                "verbose_name_plural": "answers to annexes",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="AnnexFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="reports.annexanswer"
                    ),
                ),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.attachment"
                    ),
                ),
            ],
            options={
                "verbose_name": "file of an answer to an annex",
                "verbose_name_plural": "files of answers to annexes",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="AnnexNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("reminder", "Reminder"), ("late", "The answer is late")], max_length=8),
                ),
                ("told_at", models.DateTimeField()),
                (
                    "annex",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="reports.annex"
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of an annex",
                "verbose_name_plural": "reminders of annexes",
            },
        ),
        migrations.CreateModel(
            name="Circulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField()),
                ("answer_by", models.DateField()),
                ("completed_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="circulation",
                        to="reports.periodicreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "circulation of a report",
                "verbose_name_plural": "circulations of reports",
                "ordering": ["-begun_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="annex",
            name="circulation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="annexes", to="reports.circulation"
            ),
        ),
        migrations.AddConstraint(
            model_name="annexanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="annexanswer_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="annexnotice",
            constraint=models.UniqueConstraint(fields=("annex", "kind"), name="annexnotice_once"),
        ),
        migrations.AddConstraint(
            model_name="circulation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opened_at__isnull", True), ("opened_by__isnull", True)),
                    models.Q(("opened_at__isnull", False), ("opened_by__isnull", False)),
                    _connector="OR",
                ),
                name="circulation_opened_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="annex",
            index=models.Index(fields=["agency", "-id"], name="annex_of_agency"),
        ),
        migrations.AddConstraint(
            model_name="annex",
            constraint=models.UniqueConstraint(fields=("circulation", "agency"), name="annex_once_for_an_agency"),
        ),
        migrations.AddConstraint(
            model_name="annex",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opened_at__isnull", True), ("opened_by__isnull", True)),
                    models.Q(("opened_at__isnull", False), ("opened_by__isnull", False)),
                    _connector="OR",
                ),
                name="annex_opened_by_somebody",
            ),
        ),
        migrations.RunSQL(sql=GUARDS, reverse_sql=NO_GUARDS),
    ]
