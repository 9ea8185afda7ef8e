"""What told who a person is before a number, an address or a name changed."""

from django.db import migrations

import kit.crypto


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_one_mandate_in_force")]

    operations = [
        migrations.AddField(
            model_name="citizen", name="earlier", field=kit.crypto.EncryptedText(editable=False, null=True)
        ),
    ]
