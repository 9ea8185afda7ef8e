"""A form draft may be a form that was sent after its session had ended."""

from django.db import migrations, models

PURPOSES = [
    ("register", "registration"),
    ("reset", "forgotten password"),
    ("change_phone", "change of mobile number"),
    ("factor", "second factor"),
    ("recovery", "recovery codes"),
    ("step_up", "form sent before the second factor"),
    ("oidc", "digital identity"),
    ("session_over", "form sent after the session ended"),
]


class Migration(migrations.Migration):
    """Names the purpose; the database knows only its text."""

    dependencies = [("accounts", "0002_guards")]

    operations = [
        migrations.AlterField(model_name=name, name="purpose", field=models.CharField(choices=PURPOSES, max_length=14))
        for name in ("formdraft", "phonecode")
    ]
