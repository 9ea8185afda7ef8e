"""A topic says whether a complaint about it must say where."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="place_required",
            field=models.BooleanField(db_default=False, default=False, verbose_name="asks for the place"),
        )
    ]
