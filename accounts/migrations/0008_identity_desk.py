"""Decisions about identities, records that became part of another, and the breaker of the registry."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

MERGED_INTO = """
ALTER TABLE accounts_citizen ADD COLUMN merged_into_id uuid NULL;
ALTER TABLE accounts_citizen ADD CONSTRAINT accounts_citizen_merged_into_id_fk FOREIGN KEY (merged_into_id)
    REFERENCES accounts_citizen (id) DEFERRABLE INITIALLY DEFERRED NOT VALID;
"""
NO_MERGED_INTO = "ALTER TABLE accounts_citizen DROP COLUMN merged_into_id"
IDENTITIES = [
    ("pending", "Not checked yet"),
    ("matched", "Matches the register"),
    ("mismatched", "Does not match the register"),
    ("rejected", "Rejected by the CMU"),
    ("merged", "Merged with another record"),
]
PURPOSES = [
    ("register", "registration"),
    ("reset", "forgotten password"),
    ("change_phone", "change of mobile number"),
    ("factor", "second factor"),
    ("recovery", "recovery codes"),
    ("step_up", "form sent before the second factor"),
    ("oidc", "digital identity"),
]
KINDS = [
    ("checked", "Asked the register again"),
    ("confirmed", "Confirmed with proof"),
    ("corrected", "Corrected details"),
    ("merged", "Merged with another record"),
    ("rejected", "Rejected"),
]
# The one escape is for the flush of a transactional test: a test database that names itself so.
GUARD = r"""
CREATE FUNCTION accounts_keep_identity_decisions() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a decision about an identity is neither changed nor deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_identity_decisions_are_kept BEFORE UPDATE OR DELETE ON accounts_identitydecision
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_identity_decisions();
CREATE TRIGGER accounts_identity_decisions_stay BEFORE TRUNCATE ON accounts_identitydecision
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_identity_decisions();
CREATE FUNCTION accounts_keep_proven_owner() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a proven person is not merged into another record'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_proven_owner_stays BEFORE UPDATE OF identity ON accounts_citizen
    FOR EACH ROW WHEN (OLD.identity = 'matched' AND NEW.identity = 'merged')
    EXECUTE FUNCTION accounts_keep_proven_owner();
"""
NO_GUARD = """
DROP TRIGGER accounts_proven_owner_stays ON accounts_citizen;
DROP FUNCTION accounts_keep_proven_owner();
DROP TRIGGER accounts_identity_decisions_stay ON accounts_identitydecision;
DROP TRIGGER accounts_identity_decisions_are_kept ON accounts_identitydecision;
DROP FUNCTION accounts_keep_identity_decisions();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_guards_of_roles")]
    accepted_risks = {
        "ban-drop-constraint": "the states of the version before are among those of the constraint that replaces it",
    }

    operations = [
        migrations.AlterField(
            model_name="formdraft", name="purpose", field=models.CharField(choices=PURPOSES, max_length=14)
        ),
        migrations.AlterField(
            model_name="phonecode", name="purpose", field=models.CharField(choices=PURPOSES, max_length=14)
        ),
        migrations.CreateModel(
            name="RegistryBreaker",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("open_until", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField()),
            ],
            options={"verbose_name": "state of a registry", "verbose_name_plural": "states of registries"},
        ),
        migrations.AlterField(
            model_name="citizen",
            name="identity",
            field=models.CharField(choices=IDENTITIES, default="pending", max_length=10),
        ),
        # Not valid at first, so that nobody waits while all rows are read; the next migration validates it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="citizen",
                    name="merged_into",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The record of the same person that this one became part of; it can no longer sign in.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.citizen",
                    ),
                ),
            ],
            database_operations=[migrations.RunSQL(MERGED_INTO, NO_MERGED_INTO)],
        ),
        migrations.RemoveConstraint(model_name="citizen", name="citizen_identity_known"),
        AddConstraintNotValid(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=Q(identity__in=[value for value, _label in IDENTITIES]), name="citizen_identity_known"
            ),
        ),
        AddConstraintNotValid(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=Q(identity="merged", merged_into__isnull=False)
                | (~Q(identity="merged") & Q(merged_into__isnull=True)),
                name="citizen_merged_names_other",
            ),
        ),
        AddConstraintNotValid(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="citizen_merged_into_other"
            ),
        ),
        migrations.CreateModel(
            name="IdentityDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="accounts.citizen"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="accounts.citizen",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity decision",
                "verbose_name_plural": "identity decisions",
                "indexes": [models.Index(fields=["citizen", "-at"], name="identitydecision_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind__in=[value for value, _label in KINDS]), name="identitydecision_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="checked") | ~Q(reason=""), name="identitydecision_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="merged", other__isnull=False) | (~Q(kind="merged") & Q(other__isnull=True)),
                        name="identitydecision_merge_names_other",
                    ),
                    models.CheckConstraint(
                        condition=Q(other__isnull=True) | ~Q(other=F("citizen")),
                        name="identitydecision_other_differs",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
