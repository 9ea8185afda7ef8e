from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0005_track_records")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["-filed_at", "-id"], name="case_filed"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["kind", "ended_at"], name="clock_ended"
            ),
        ),
    ]
