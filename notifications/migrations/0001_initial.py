import django.db.models.deletion
import django.db.models.functions.datetime
import kit.crypto
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AddressStatus',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail'), ('webhook', 'Webhook'), ('push', 'Notification on a device')], max_length=8)),
                ('address_lookup', models.CharField(max_length=64)),
                ('verdict', models.CharField(choices=[('dead', 'messages do not arrive there'), ('stopped', 'its owner asked us to stop'), ('stranger', 'it belongs to someone else')], max_length=12)),
                ('code', models.CharField(blank=True, help_text='What the carrier said.', max_length=40)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': 'address status',
                'verbose_name_plural': 'address statuses',
                'constraints': [models.UniqueConstraint(fields=('channel', 'address_lookup'), name='addressstatus_once'), models.CheckConstraint(condition=models.Q(('verdict__in', ['dead', 'stopped', 'stranger'])), name='addressstatus_verdict_known')],
            },
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('route_stopped', 'a carrier refuses our account'), ('cap_reached', 'the daily spending limit is reached'), ('on_hold', 'sending is on hold after a restore'), ('undecided', 'a message is waiting for a decision'), ('sent_twice', 'a message was sent twice'), ('queue_old', 'messages are waiting too long'), ('lists_differ', "our records and a carrier's list differ"), ('storage_full', 'there is no room for files'), ('files_differ', 'files and records differ'), ('schedule_stopped', 'periodic tasks no longer start'), ('task_late', 'a periodic task has not completed for too long'), ('many_codes', 'very many codes are sent'), ('wrong_codes', 'many wrong codes come from one place'), ('row_failed', 'a periodic task fails on one record'), ('breach_late', 'a notice about a data breach is late'), ('log_not_archived', 'the log of the database is not archived'), ('backup_old', 'the newest backup is too old')], max_length=16)),
                ('about', models.CharField(help_text="What it is about: a route, a channel and a day, a row's key.", max_length=80)),
                ('raised_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('told_at', models.DateTimeField(help_text='When the operators were told, once.', null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'alarm',
                'verbose_name_plural': 'alarms',
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('kind', 'about'), name='alarm_open_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['route_stopped', 'cap_reached', 'on_hold', 'undecided', 'sent_twice', 'queue_old', 'lists_differ', 'storage_full', 'files_differ', 'schedule_stopped', 'task_late', 'many_codes', 'wrong_codes', 'row_failed', 'breach_late', 'log_not_archived', 'backup_old'])), name='alarm_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('occasion', models.CharField(help_text="What happened, e.g. an event's key; a resend is a new, numbered occasion.", max_length=120)),
                ('template', models.CharField(max_length=40)),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail'), ('webhook', 'Webhook'), ('push', 'Notification on a device')], max_length=8)),
                ('lane', models.CharField(choices=[('codes', 'codes'), ('notices', 'notices'), ('webhooks', 'calls of programs outside')], default='notices', max_length=8)),
                ('recipient', models.CharField(help_text='A key the caller understands; never a number or a name.', max_length=80)),
                ('reference', models.CharField(blank=True, max_length=20)),
                ('language', models.CharField(max_length=2)),
                ('address', kit.crypto.EncryptedText()),
                ('next_address', kit.crypto.EncryptedText(help_text='Where a further try goes, if the person moved while this one was on its way.', null=True)),
                ('other_address', kit.crypto.EncryptedText(help_text="The person's address by the other channel, if there is one.", null=True)),
                ('subject', kit.crypto.EncryptedText()),
                ('body', kit.crypto.EncryptedText()),
                ('context', kit.crypto.EncryptedText(help_text='The values the texts were made with, as JSON, to owe it by the other channel.', null=True)),
                ('token', models.CharField(help_text='Printed in the body: the end of the short link.', max_length=8, null=True, unique=True)),
                ('linked', models.BooleanField(default=False, help_text='The token opens the short link.')),
                ('must_reach', models.BooleanField(default=False, help_text='Where no channel arrives, the contact centre calls.')),
                ('daytime', models.BooleanField(default=False, help_text='Not sent in the quiet hours of the night.')),
                ('segments', models.PositiveSmallIntegerField(default=1, help_text='What it costs: parts of an SMS, 1 for an e-mail.')),
                ('state', models.CharField(choices=[('pending', 'waiting to be sent'), ('sending', 'being sent'), ('accepted', 'sent to the carrier'), ('delivered', 'delivered'), ('undeliverable', 'could not be delivered'), ('unknown', 'not certain whether it was sent'), ('cancelled', 'superseded before it was sent'), ('expired', 'expired before it was sent')], default='pending', max_length=16)),
                ('not_before', models.DateTimeField(help_text='Empty: at once, whatever the clocks say.', null=True)),
                ('expires_at', models.DateTimeField(help_text='From then on it is not sent (again).', null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('carrier', models.CharField(blank=True, help_text='Which carrier was called last.', max_length=40)),
                ('unsure_since', models.DateTimeField(null=True)),
                ('times_not_found', models.PositiveSmallIntegerField(default=0, help_text="Checks in which the carrier's list did not have it.")),
                ('next_check_at', models.DateTimeField(help_text='When its carrier is asked about it next.', null=True)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(help_text="By the caller's clock.")),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="By the database's clock, by which a hold is judged.")),
                ('accepted_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('repeats', models.ForeignKey(help_text='The message that could not be delivered, or that a person chose to send again.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repetitions', to='notifications.message')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['lane', 'created_at'], name='message_pending'), models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='message_sending'), models.Index(condition=models.Q(('next_check_at__isnull', False)), fields=['next_check_at'], name='message_next_check'), models.Index(condition=models.Q(('state', 'unknown')), fields=['unsure_since'], name='message_unknown'), models.Index(fields=['reference', '-created_at'], name='message_reference'), models.Index(fields=['state', '-created_at'], name='message_listed'), models.Index(fields=['recipient', 'channel'], name='message_to')],
                'constraints': [models.UniqueConstraint(fields=('occasion', 'channel', 'recipient'), name='message_owed_once'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'accepted', 'delivered', 'undeliverable', 'unknown', 'cancelled', 'expired'])), name='message_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'sending')), models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='message_leased_while_sending'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'unknown'), ('unsure_since__isnull', False)), models.Q(models.Q(('state', 'unknown'), _negated=True), ('unsure_since__isnull', True)), _connector='OR'), name='message_unsure_while_unknown'), models.CheckConstraint(condition=models.Q(('repeats', models.F('id')), _negated=True), name='message_repeats_another')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('fence', models.PositiveIntegerField(help_text='The fence of the claim this attempt belongs to.')),
                ('carrier', models.CharField(max_length=40)),
                ('address_lookup', models.CharField(blank=True, help_text='The keyed hash of where it went, which may not be where a later one goes.', max_length=64)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('wire_at', models.DateTimeField(help_text='From here on the carrier may have it.', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('not_sent', 'not sent'), ('refused', 'refused'), ('unknown', 'not certain'), ('repeated', 'accepted, as was another attempt')], max_length=12)),
                ('provider_id', models.CharField(blank=True, max_length=120)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='notifications.message')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'indexes': [models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['carrier', 'provider_id'], name='attempt_provider')],
                'constraints': [models.UniqueConstraint(fields=('message', 'number'), name='attempt_numbered'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('message',), name='attempt_one_open'), models.UniqueConstraint(condition=models.Q(('outcome', 'accepted')), fields=('message',), name='attempt_one_accepted')],
            },
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ours', models.PositiveIntegerField(help_text='Attempts of ours that the carrier accepted.')),
                ('theirs', models.PositiveIntegerField(help_text="Messages in the carrier's list.")),
                ('missing_there', models.JSONField(default=list, help_text='Attempts of ours that the list does not have.')),
                ('missing_here', models.JSONField(default=list, help_text='Ids in the list that no attempt of ours has.')),
            ],
            options={
                'verbose_name': "comparison with a carrier's list",
                'verbose_name_plural': "comparisons with carriers' lists",
                'constraints': [models.UniqueConstraint(fields=('carrier', 'since'), name='audit_once')],
            },
        ),
        migrations.CreateModel(
            name='CallTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tries', models.PositiveSmallIntegerField(default=0, help_text='Calls that nobody answered.')),
                ('tried_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.CharField(blank=True, help_text='The key of the agent, e.g. user:…', max_length=80)),
                ('outcome', models.CharField(blank=True, choices=[('reached', 'reached and told'), ('no_answer', 'no answer'), ('wrong_number', 'wrong number')], max_length=12)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='call_task', to='notifications.message')),
            ],
            options={
                'verbose_name': 'call to make',
                'verbose_name_plural': 'calls to make',
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['made_at'], name='calltask_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('outcome', '')), models.Q(('done_at__isnull', False), ('outcome__in', ['reached', 'no_answer', 'wrong_number'])), _connector='OR'), name='calltask_done_with_outcome')],
            },
        ),
        migrations.CreateModel(
            name='DailySpend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail'), ('webhook', 'Webhook'), ('push', 'Notification on a device')], max_length=8)),
                ('on', models.DateField()),
                ('spent', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': "a day's spending",
                'verbose_name_plural': 'daily spending',
                'constraints': [models.UniqueConstraint(fields=('channel', 'on'), name='dailyspend_once')],
            },
        ),
        migrations.CreateModel(
            name='DatabaseIdentity',
            fields=[
                ('only', models.BooleanField(default=True, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
            ],
            options={
                'verbose_name': 'database identity',
                'verbose_name_plural': 'database identity',
                'constraints': [models.CheckConstraint(condition=models.Q(('only', True)), name='databaseidentity_only_one')],
            },
        ),
        migrations.CreateModel(
            name='EmbeddedMail',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('message_id', models.UUIDField(db_index=True)),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail'), ('webhook', 'Webhook'), ('push', 'Notification on a device')], max_length=8)),
                ('to', kit.crypto.EncryptedText()),
                ('subject', kit.crypto.EncryptedText()),
                ('body', kit.crypto.EncryptedText()),
                ('sent_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
            ],
            options={
                'verbose_name': 'message of the embedded carrier',
                'verbose_name_plural': 'messages of the embedded carrier',
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='E.g. centre:7 or agency:12.', max_length=40, unique=True)),
                ('url', models.CharField(blank=True, help_text='Where it is called; empty: it is not.', max_length=300)),
                ('answers_url', models.CharField(blank=True, help_text='Where its answers are fetched; empty: never.', max_length=300)),
                ('cursor', models.CharField(blank=True, help_text='Its own mark of the answers fetched so far.', max_length=200)),
                ('fetch_failed_at', models.DateTimeField(blank=True, help_text='Since when its answers cannot be fetched.', null=True)),
                ('secret', kit.crypto.EncryptedText()),
                ('earlier_secret', kit.crypto.EncryptedText(null=True)),
                ('earlier_until', models.DateTimeField(blank=True, null=True)),
                ('secret_made_at', models.DateTimeField()),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'program outside',
                'verbose_name_plural': 'programs outside',
            },
        ),
        migrations.CreateModel(
            name='FailingRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(max_length=80)),
                ('row', models.CharField(help_text='The kind of the row and its key.', max_length=60)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(help_text='The class of the error, never its text.', max_length=80)),
                ('failed_at', models.DateTimeField()),
                ('retry_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'failing record',
                'verbose_name_plural': 'failing records',
                'constraints': [models.UniqueConstraint(fields=('task', 'row'), name='failing_row_once')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('database', models.CharField(max_length=80)),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, help_text='The key of the operator, e.g. user:…', max_length=80)),
            ],
            options={
                'verbose_name': 'hold on sending',
                'verbose_name_plural': 'holds on sending',
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('ended_at__isnull', True)), name='hold_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='PeriodicTask',
            fields=[
                ('name', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('sent_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, help_text='The class of the error, never its text.', max_length=80)),
            ],
            options={
                'verbose_name': 'periodic task',
                'verbose_name_plural': 'periodic tasks',
            },
        ),
        migrations.CreateModel(
            name='ProviderRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail'), ('webhook', 'Webhook'), ('push', 'Notification on a device')], max_length=8)),
                ('carrier', models.CharField(max_length=40)),
                ('weight', models.PositiveSmallIntegerField(default=100)),
                ('weight_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('stopped_until', models.DateTimeField(help_text='Nothing is sent until then; one try decides after it.', null=True)),
                ('stopped_by', models.CharField(blank=True, help_text="The carrier's code that stopped it.", max_length=40)),
            ],
            options={
                'verbose_name': 'line to a carrier',
                'verbose_name_plural': 'lines to carriers',
                'constraints': [models.UniqueConstraint(fields=('channel', 'carrier'), name='providerroute_once'), models.CheckConstraint(condition=models.Q(('weight__lte', 100)), name='providerroute_weight_in_percent')],
            },
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recipient', models.CharField(help_text='The key of its owner, as on messages.', max_length=80)),
                ('address', kit.crypto.EncryptedText()),
                ('endpoint_hash', models.CharField(help_text='A browser has one endpoint: whoever subscribes last owns it.', max_length=64, unique=True)),
                ('device', models.CharField(blank=True, help_text='Browser and system, as "Firefox, Android".', max_length=60)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'push subscription',
                'verbose_name_plural': 'push subscriptions',
                'indexes': [models.Index(fields=['recipient'], name='pushsubscription_of')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=40)),
                ('provider_id', models.CharField(max_length=120)),
                ('status', models.CharField(max_length=40)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('attempt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='notifications.attempt')),
            ],
            options={
                'verbose_name': 'delivery receipt',
                'verbose_name_plural': 'delivery receipts',
                'constraints': [models.UniqueConstraint(fields=('carrier', 'provider_id', 'status', 'error_code'), name='receipt_said_once')],
            },
        ),
        migrations.CreateModel(
            name='ReceivedCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call_id', models.CharField(max_length=120)),
                ('fingerprint', models.CharField(help_text='SHA-256 of the body.', max_length=64)),
                ('answer', models.JSONField()),
                ('received_at', models.DateTimeField()),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='notifications.endpoint')),
            ],
            options={
                'verbose_name': 'received call',
                'verbose_name_plural': 'received calls',
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'call_id'), name='receivedcall_once')],
            },
        ),
        migrations.CreateModel(
            name='WordingEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=2)),
                ('sms', models.TextField()),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('edited_by', models.CharField(help_text='The key of the editor, e.g. user:…', max_length=80)),
                ('edited_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'version of a message template',
                'verbose_name_plural': 'versions of message templates',
                'indexes': [models.Index(fields=['template', 'language', '-edited_at'], name='wordingedition_newest')],
            },
        ),
    ]
