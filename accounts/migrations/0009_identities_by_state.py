"""The list of unproven identities has an index, and the constraints on identities hold for old rows too."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Concurrently, so that people register meanwhile.
    atomic = False

    dependencies = [("accounts", "0008_identity_desk")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_citizen VALIDATE CONSTRAINT accounts_citizen_merged_into_id_fk",
            migrations.RunSQL.noop,
        ),
        ValidateConstraint(model_name="citizen", name="citizen_identity_known"),
        ValidateConstraint(model_name="citizen", name="citizen_merged_names_other"),
        ValidateConstraint(model_name="citizen", name="citizen_merged_into_other"),
        AddIndexConcurrently(
            model_name="citizen",
            index=models.Index(
                condition=Q(merged_into__isnull=False), fields=["merged_into"], name="citizen_merged_into"
            ),
        ),
        AddIndexConcurrently(
            model_name="citizen",
            index=models.Index(
                condition=Q(identity__in=["pending", "mismatched", "rejected"]),
                fields=["identity", "created_at", "id"],
                name="citizen_unproven",
            ),
        ),
    ]
