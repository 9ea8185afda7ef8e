"""One more result of a contact with the centre: a known problem was joined. No SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0007_mandates"),
    ]

    operations = [
        migrations.AlterField(
            model_name="centrecontact",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[
                    ("filed", "Case filed"),
                    ("joined", "Joined a known problem"),
                    ("helped", "Something done on a case"),
                    ("told", "Status told"),
                    ("dropped", "Cut off, draft kept"),
                    ("nothing", "Nothing to file"),
                ],
                max_length=8,
            ),
        ),
    ]
