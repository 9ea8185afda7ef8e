"""Drafts of forms also keep answers to browsers without script: one more purpose, and no statement."""

from django.db import migrations, models

PURPOSE = models.CharField(
    choices=[
        ("register", "registration"),
        ("reset", "forgotten password"),
        ("change_phone", "change of mobile number"),
        ("factor", "second factor"),
        ("recovery", "recovery codes"),
        ("step_up", "form sent before the second factor"),
        ("oidc", "digital identity"),
        ("session_over", "form sent after the session ended"),
        ("answered", "answer to a form of a browser without script"),
    ],
    max_length=14,
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_policy_editions")]

    operations = [
        migrations.AlterField(model_name="formdraft", name="purpose", field=PURPOSE),
        migrations.AlterField(model_name="phonecode", name="purpose", field=PURPOSE),
    ]
