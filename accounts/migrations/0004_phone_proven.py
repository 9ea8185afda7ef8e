from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_staff_notices")]
    operations = [
        migrations.AddField("citizen", "is_phone_proven", models.BooleanField(db_default=True, default=True)),
    ]
