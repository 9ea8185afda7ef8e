"""Topics of which other programs may list complaints."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_centre_interfaces"),
    ]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="is_public",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Other programs may list complaints about it, with the place rounded, without words and people",
                verbose_name="public",
            ),
        ),
        AddConstraintNotValid(
            model_name="topic",
            constraint=models.CheckConstraint(
                condition=Q(("is_public", False)) | Q(("hides_identity", False), ("parent__isnull", False)),
                name="topic_public_hides_nobody",
                violation_error_message="A public topic is within a group and does not hide the identity",
            ),
        ),
    ]
