"""Directives, their steps, evidence and notices, and what the database refuses of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The one escape is for the flush of a transactional test: a test database that names itself so.
GUARDS = r"""
CREATE FUNCTION reports_keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'rows of % are neither changed nor deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reports_directive_steps_are_kept BEFORE UPDATE OR DELETE ON reports_directivestep
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_directive_files_are_kept BEFORE UPDATE OR DELETE ON reports_directivefile
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_directive_notices_are_kept BEFORE UPDATE OR DELETE ON reports_directivenotice
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_directives_are_kept BEFORE DELETE ON reports_directive
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();

CREATE FUNCTION reports_guard_directive() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    moving CONSTANT text[] := ARRAY['state', 'version', 'due_on'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NEW.version <> 1 THEN
            RAISE EXCEPTION 'a directive begins by being issued' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving THEN
        RAISE EXCEPTION 'what directive % says does not change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.version <> OLD.version + 1 OR (OLD.state, NEW.state) NOT IN (
        ('open', 'open'), ('open', 'reported'), ('reported', 'open'), ('reported', 'closed'),
        ('open', 'withdrawn'), ('reported', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'directive % does not go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.due_on <> OLD.due_on AND (OLD.state, NEW.state) <> ('reported', 'open') THEN
        RAISE EXCEPTION 'the day of directive % moves only when it is sent back', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'reported' AND NOT EXISTS (
        SELECT FROM reports_directivefile file JOIN reports_directivestep step ON step.id = file.step_id
        WHERE step.directive_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'directive % has no evidence', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_directive_moves BEFORE INSERT OR UPDATE ON reports_directive
    FOR EACH ROW EXECUTE FUNCTION reports_guard_directive();

CREATE FUNCTION reports_require_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reports_directivestep step WHERE step.directive_id = NEW.id AND step.number = NEW.version
    ) THEN
        RAISE EXCEPTION 'directive % changed without a step', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reports_directive_has_step AFTER INSERT OR UPDATE ON reports_directive
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reports_require_step();
"""
NO_GUARDS = """
DROP TRIGGER reports_directive_has_step ON reports_directive;
DROP FUNCTION reports_require_step();
DROP TRIGGER reports_directive_moves ON reports_directive;
DROP FUNCTION reports_guard_directive();
DROP TRIGGER reports_directives_are_kept ON reports_directive;
DROP TRIGGER reports_directive_notices_are_kept ON reports_directivenotice;
DROP TRIGGER reports_directive_files_are_kept ON reports_directivefile;
DROP TRIGGER reports_directive_steps_are_kept ON reports_directivestep;
DROP FUNCTION reports_keep_rows();
"""


class Migration(migrations.Migration):
    """Make the tables, then what the database refuses."""

    initial = True

    dependencies = [
        ("agencies", "0002_guards"),
        ("complaints", "0004_staff_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Directive",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(max_length=3000)),
                ("due_on", models.DateField()),
                (
                    "office",
                    models.CharField(
                        choices=[("pm_office", "Prime Minister's office"), ("unit", "Head of the CMU")], max_length=9
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("measure", models.CharField(blank=True, max_length=40)),
                ("period_first", models.DateField(null=True)),
                ("period_last", models.DateField(null=True)),
                ("scope", models.JSONField(default=dict)),
                ("value", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("as_of", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("reported", "Reported as done"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="directives", to="agencies.agency"
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "directive",
                "verbose_name_plural": "directives",
            },
        ),
        migrations.CreateModel(
            name="DirectiveNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("reminder", "Reminder"),
                            ("supervisor", "Supervisor"),
                            ("secretary_general", "Secretary-general"),
                            ("minister_office", "Minister's office"),
                            ("pm_office", "Prime Minister's office"),
                        ],
                        max_length=17,
                    ),
                ),
                ("is_vacant", models.BooleanField(default=False)),
                ("told_at", models.DateTimeField()),
                (
                    "directive",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="reports.directive"
                    ),
                ),
            ],
            options={
                "verbose_name": "notice of the date of a directive",
                "verbose_name_plural": "notices of the dates of directives",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DirectiveStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("issued", "Issued"),
                            ("progress", "Step reported"),
                            ("done", "Reported as done"),
                            ("sent_back", "Sent back"),
                            ("closed", "Closed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=3000)),
                ("due_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "directive",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="reports.directive"
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a directive",
                "verbose_name_plural": "steps of directives",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="DirectiveFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.attachment"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="reports.directivestep"
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence of a directive",
                "verbose_name_plural": "evidence of directives",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="directive",
            index=models.Index(condition=models.Q(("state", "open")), fields=["due_on"], name="directive_open_by_day"),
        ),
        migrations.AddIndex(
            model_name="directive",
            index=models.Index(fields=["agency", "due_on"], name="directive_of_agency"),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("title", ""), _negated=True), models.Q(("text", ""), _negated=True)),
                name="directive_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("as_of__isnull", True),
                        ("measure", ""),
                        ("period_first__isnull", True),
                        ("period_last__isnull", True),
                        ("value__isnull", True),
                    ),
                    models.Q(
                        models.Q(("measure", ""), _negated=True),
                        ("as_of__isnull", False),
                        ("period_first__isnull", False),
                        ("period_last__isnull", False),
                        ("value__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="directive_figure_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="directive",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period_first__isnull", True), ("period_first__lte", models.F("period_last")), _connector="OR"
                ),
                name="directive_period_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="directivenotice",
            constraint=models.UniqueConstraint(fields=("directive", "due_on", "level"), name="directivenotice_once"),
        ),
        migrations.AddConstraint(
            model_name="directivestep",
            constraint=models.UniqueConstraint(fields=("directive", "number"), name="directivestep_once"),
        ),
        migrations.AddConstraint(
            model_name="directivestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["issued", "closed"]), models.Q(("text", ""), _negated=True), _connector="OR"
                ),
                name="directivestep_says_what",
            ),
        ),
        migrations.RunSQL(sql=GUARDS, reverse_sql=NO_GUARDS),
    ]
