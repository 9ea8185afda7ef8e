"""Whom a case is about, and what the database refuses of them; the employee whom any case may name."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Who keeps off what is taken back by an end that names its author; an end stays. The texts may be erased in time.
CONCERN_GUARD = """
CREATE FUNCTION complaints_guard_concern() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.ended_at IS NULL THEN
            RAISE EXCEPTION 'concern % is ended, not deleted', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.case_id, NEW.person_id, NEW.at) IS DISTINCT FROM (OLD.case_id, OLD.person_id, OLD.at)
        OR NEW.named_by_id IS DISTINCT FROM OLD.named_by_id
        OR (OLD.ended_at IS NOT NULL
            AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)) THEN
        RAISE EXCEPTION 'concern % only ends', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_concern_rows BEFORE UPDATE OR DELETE ON complaints_concern
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_concern();
"""

# At commit, because the case lets its officer go after the concern is written: nobody has a case about themselves.
OFFICER_GUARD = """
CREATE FUNCTION complaints_guard_officer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint := CASE TG_TABLE_NAME WHEN 'complaints_case' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'case_id')::bigint END;
BEGIN
    PERFORM 1 FROM complaints_case AS held JOIN complaints_concern AS concern
        ON concern.case_id = held.id AND concern.person_id = held.officer_id AND concern.ended_at IS NULL
    WHERE held.id = about;
    IF FOUND THEN
        RAISE EXCEPTION 'the officer of case % is whom it is about', about
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaints_concern_officer AFTER INSERT ON complaints_concern
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION complaints_guard_officer();
CREATE CONSTRAINT TRIGGER complaints_case_officer AFTER UPDATE ON complaints_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.officer_id IS NOT NULL AND OLD.officer_id IS DISTINCT FROM NEW.officer_id)
    EXECUTE FUNCTION complaints_guard_officer();
"""

# At once: the history has nothing done by whoever keeps off, but that they set themselves aside.
ACTOR_GUARD = """
CREATE FUNCTION complaints_guard_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM complaints_concern AS concern
    WHERE concern.case_id = NEW.case_id AND concern.person_id = NEW.actor_id AND concern.ended_at IS NULL
        AND NOT (NEW.verb = 'concern' AND concern.named_by_id = NEW.actor_id AND concern.at = NEW.at);
    IF FOUND THEN
        RAISE EXCEPTION 'event % of case % is by whom the case is about', NEW.number, NEW.case_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER complaints_history_actor BEFORE INSERT ON complaints_caseevent
    FOR EACH ROW WHEN (NEW.actor_id IS NOT NULL) EXECUTE FUNCTION complaints_guard_actor();
"""

DROP = """
DROP TRIGGER complaints_history_actor ON complaints_caseevent;
DROP FUNCTION complaints_guard_actor;
DROP TRIGGER complaints_case_officer ON complaints_case;
DROP TRIGGER complaints_concern_officer ON complaints_concern;
DROP FUNCTION complaints_guard_officer;
DROP TRIGGER complaints_concern_rows ON complaints_concern;
DROP FUNCTION complaints_guard_concern;
"""


class Migration(migrations.Migration):
    """Let any case name an employee, and keep those whom cases are about off them."""

    dependencies = [
        ("accounts", "0004_desk"),
        ("complaints", "0003_desk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("case", "praised", "employee"),
        migrations.RenameField("draft", "praised", "employee"),
        migrations.CreateModel(
            name="Concern",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True, max_length=3000)),
                ("at", models.DateTimeField()),
                ("end_text", models.TextField(blank=True, max_length=3000)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="concerns", to="complaints.case"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "concern", "ordering": ["at", "id"]},
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("case", "person"),
                name="concern_open_once_per_case_and_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(("named_by__isnull", True), models.Q(("text", ""), _negated=True), _connector="XOR"),
                name="concern_named_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_text", ""), ("ended_at__isnull", True), ("ended_by__isnull", True)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        models.Q(("end_text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="concern_ends_by_somebody_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="concern",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_by__isnull", True),
                    models.Q(("ended_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="concern_is_not_ended_by_its_person",
            ),
        ),
        migrations.AddIndex(
            model_name="concern",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["person", "case"],
                name="concern_open_of_person",
            ),
        ),
        migrations.RunSQL(sql=CONCERN_GUARD + OFFICER_GUARD + ACTOR_GUARD, reverse_sql=DROP),
    ]
