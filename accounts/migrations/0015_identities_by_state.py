"""The list of unproven identities has an index, and the constraints on identities hold for old rows too."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Concurrently, so that people register meanwhile.
    atomic = False

    dependencies = [("accounts", "0014_identity_desk")]

    operations = [
        ValidateConstraint(model_name="citizen", name="citizen_identity_known"),
        ValidateConstraint(model_name="citizen", name="citizen_merged_names_other"),
        ValidateConstraint(model_name="citizen", name="citizen_merged_into_other"),
        AddIndexConcurrently(
            model_name="citizen",
            index=models.Index(
                condition=Q(identity__in=["pending", "mismatched", "rejected"]),
                fields=["identity", "created_at", "id"],
                name="citizen_unproven",
            ),
        ),
    ]
