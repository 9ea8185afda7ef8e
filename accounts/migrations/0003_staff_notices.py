"""Staff choose what comes by SMS, and whether the morning summary comes; both columns have a default in the database."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0002_guards")]
    operations: ClassVar = [
        migrations.AddField(
            "user",
            "sms_about",
            models.CharField(
                choices=[("everything", "Everything that concerns me"), ("urgent", "Only urgent cases")],
                db_default="everything",
                default="everything",
                max_length=10,
                verbose_name="by SMS",
            ),
        ),
        migrations.AddField(
            "user",
            "wants_digest",
            models.BooleanField(db_default=True, default=True, verbose_name="morning summary"),
        ),
    ]
