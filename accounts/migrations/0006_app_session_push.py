from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_app_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="appsession",
            name="push",
            field=models.UUIDField(null=True),
        ),
    ]
