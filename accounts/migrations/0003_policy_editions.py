"""Editions of the usage policy: a table, whose rows are decided once and kept."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

# The one escape is for the flush of a transactional test: a test database that names itself so.
KEPT = r"""
CREATE FUNCTION accounts_keep_policy_editions() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    decision CONSTANT text[] := ARRAY['state', 'decided_by_id', 'decided_at'];
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'proposed' AND NEW.state <> 'proposed' AND to_jsonb(NEW) - decision = to_jsonb(OLD) - decision
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an edition of the usage policy is decided once, and neither changed nor deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_policy_editions_are_kept BEFORE UPDATE OR DELETE ON accounts_policyedition
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_policy_editions();
CREATE TRIGGER accounts_policy_editions_stay BEFORE TRUNCATE ON accounts_policyedition
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_policy_editions();
"""
NOT_KEPT = """
DROP TRIGGER accounts_policy_editions_stay ON accounts_policyedition;
DROP TRIGGER accounts_policy_editions_are_kept ON accounts_policyedition;
DROP FUNCTION accounts_keep_policy_editions();
"""


def _user(*, is_optional: bool) -> models.Field[Any, Any]:
    return models.ForeignKey(
        blank=is_optional,
        db_index=False,
        null=is_optional,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="PolicyEdition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField()),
                ("text_ar", models.TextField(max_length=20000)),
                ("text_en", models.TextField(max_length=20000)),
                ("changed_ar", models.CharField(max_length=400)),
                ("changed_en", models.CharField(max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", _user(is_optional=True)),
                ("written_by", _user(is_optional=False)),
            ],
            options={
                "verbose_name": "edition of the usage policy",
                "verbose_name_plural": "editions of the usage policy",
                "ordering": ["-effective_from", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["effective_from"], condition=~Q(state="refused"), name="policyedition_one_a_day"
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["proposed", "agreed", "refused"]), name="policyedition_state_known"
                    ),
                    models.CheckConstraint(
                        condition=~Q(text_ar="") & ~Q(text_en="") & ~Q(changed_ar="") & ~Q(changed_en=""),
                        name="policyedition_in_both_languages",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                        | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                        name="policyedition_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="agreed") | ~Q(decided_by=F("written_by")), name="policyedition_takes_two"
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
