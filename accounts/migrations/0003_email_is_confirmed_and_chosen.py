"""The way a person chose to be told by; whoever has no e-mail address has confirmed none and chosen SMS."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_looks_are_kept")]

    operations = [
        migrations.AddField(
            model_name="citizen",
            name="notify_by",
            field=models.CharField(
                choices=[("sms", "SMS"), ("email", "E-mail")],
                db_default="sms",
                default="sms",
                help_text="The way offered first when a case is filed.",
                max_length=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(("notify_by__in", ["sms", "email"])), name="citizen_way_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", ""), _negated=True),
                    models.Q(("email_confirmed_at__isnull", True), ("notify_by", "sms")),
                    _connector="OR",
                ),
                name="citizen_without_email_by_sms",
            ),
        ),
    ]
