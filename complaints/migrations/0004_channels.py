"""Cases that came as a letter, a visit, an e-mail or through a program's interface: four more channels, no SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0003_erasure_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="channel",
            field=models.CharField(
                choices=[
                    ("web", "Website"),
                    ("app", "Smartphone app"),
                    ("phone", "National Contact Centre"),
                    ("agency_site", "Agency's website"),
                    ("letter", "Paper letter"),
                    ("visit", "Visit in person"),
                    ("email", "E-mail"),
                    ("program", "Interface for programs"),
                ],
                default="web",
                max_length=12,
                verbose_name="channel",
            ),
        ),
    ]
