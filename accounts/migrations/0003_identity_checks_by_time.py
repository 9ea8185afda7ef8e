from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Concurrently, so that people register meanwhile.
    atomic = False

    dependencies = [("accounts", "0002_guards")]

    operations = [
        AddIndexConcurrently(
            model_name="identitycheck",
            index=models.Index(fields=["-at"], name="identitycheck_newest"),
        ),
    ]
