"""One more kind of look: a search by name. No SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_app_session_push"),
    ]

    operations = [
        migrations.AlterField(
            model_name="identityview",
            name="kind",
            field=models.CharField(
                choices=[
                    ("numbers", "Saw the number and the telephone"),
                    ("pdf", "Printed the case with the name and the numbers"),
                    ("case", "Opened the case with the name"),
                    ("message", "Opened a message about the case with the name"),
                    ("call", "Opened the name in order to call"),
                    ("caller", "Opened the case during a call"),
                    ("search", "Searched by number"),
                    ("name", "Searched by name"),
                ],
                db_default="numbers",
                default="numbers",
                max_length=8,
            ),
        ),
    ]
