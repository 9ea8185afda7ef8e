"""A file of staff may belong to no case: another app points to it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Let the one who gave a file be its only owner."""

    dependencies = [
        ("complaints", "0003_erasure_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="attachment",
            name="attachment_has_one_owner",
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", False), ("draft__isnull", True), ("prepared_for__isnull", True)),
                    models.Q(("case__isnull", True), ("draft__isnull", False), ("prepared_for__isnull", True)),
                    models.Q(("case__isnull", True), ("draft__isnull", True), ("prepared_by__isnull", False)),
                    _connector="OR",
                ),
                name="attachment_has_one_owner",
            ),
        ),
    ]
