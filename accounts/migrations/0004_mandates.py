"""Mandates: that one person speaks for another; what is over stays over."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kit.crypto

# What is refused or over stays so, and the people of a mandate that was given stay; two records of one person may become
# one. The one escape is for the flush of a transactional test: a test database that names itself so.
GUARD = r"""
CREATE FUNCTION accounts_keep_mandates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a mandate is never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT (NEW.state = OLD.state OR OLD.state = 'asked' OR (OLD.state = 'given' AND NEW.state = 'ended')) THEN
        RAISE EXCEPTION 'a mandate that is over stays over' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'asked' AND (NEW.ground, NEW.covers_all, NEW.starts_at, NEW.ends_at)
        IS DISTINCT FROM (OLD.ground, OLD.covers_all, OLD.starts_at, OLD.ends_at) THEN
        RAISE EXCEPTION 'the terms of a mandate stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_mandates_are_kept BEFORE UPDATE OR DELETE ON accounts_mandate
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_mandates();
"""
NO_GUARD = """
DROP TRIGGER accounts_mandates_are_kept ON accounts_mandate;
DROP FUNCTION accounts_keep_mandates();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("is_asked_by_person", models.BooleanField(default=False)),
                ("by_unit", models.BooleanField(default=False)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("guardian", "Guardian"),
                            ("lawyer", "Lawyer"),
                            ("mayor", "Mayor or head of a village"),
                            ("relative", "Relative or other person of trust"),
                        ],
                        max_length=10,
                    ),
                ),
                ("covers_all", models.BooleanField(default=False)),
                ("claim", kit.crypto.EncryptedText(default="")),
                ("proof", kit.crypto.EncryptedText(default="")),
                ("seen", kit.crypto.EncryptedText(default="")),
                ("reason", kit.crypto.EncryptedText(default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for an answer"),
                            ("given", "Given"),
                            ("refused", "Refused"),
                            ("ended", "Ended early"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates_given",
                        to="accounts.citizen",
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates_held",
                        to="accounts.citizen",
                    ),
                ),
            ],
            options={
                "verbose_name": "mandate",
                "verbose_name_plural": "mandates",
                "indexes": [
                    models.Index(
                        condition=models.Q(("by_unit", True), ("state", "asked")),
                        fields=["asked_at"],
                        name="mandate_for_unit",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground__in", ["guardian", "lawyer", "mayor", "relative"]),
                            ("state__in", ["asked", "given", "refused", "ended"]),
                        ),
                        name="mandate_terms_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person__isnull", True),
                            ("representative__isnull", True),
                            models.Q(("person", models.F("representative")), _negated=True),
                            _connector="OR",
                        ),
                        name="mandate_joins_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="mandate_ends_after_it_starts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "asked")),
                            ("state", "ended"),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ["given", "refused"]),
                            ),
                            _connector="OR",
                        ),
                        name="mandate_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "given"), _negated=True),
                            models.Q(("person__isnull", False), ("representative__isnull", False)),
                            _connector="OR",
                        ),
                        name="mandate_given_names_both",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "ended"), ("ended_at__isnull", True), _connector="XOR"),
                        name="mandate_ended_at_a_moment",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
