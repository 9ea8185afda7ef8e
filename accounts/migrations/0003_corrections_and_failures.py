"""A granted request to correct one's data names its decision, and a registry the reason of its last failure."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="privacyrequest",
            name="correction",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.identitydecision",
            ),
        ),
        migrations.AddField(
            model_name="registrybreaker",
            name="failure",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
    ]
