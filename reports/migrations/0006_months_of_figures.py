"""When the sums of each month were changed last; a month has its row from its next change on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_sum_up_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureMonth",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("changed_at", models.DateTimeField()),
            ],
            options={"verbose_name": "month of kept figures"},
        ),
    ]
