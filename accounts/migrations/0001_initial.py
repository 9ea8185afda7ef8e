import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import kit.crypto
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agencies', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('login', models.CharField(editable=False, max_length=254, unique=True)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('name_ar', models.CharField(blank=True, max_length=120, verbose_name='name in Arabic')),
                ('name_en', models.CharField(blank=True, max_length=120, verbose_name='name in English')),
                ('phone', kit.crypto.EncryptedText(blank=True, default='', verbose_name='mobile number')),
                ('phone_lookup', kit.crypto.LookupField(blank=True, db_index=True, default='', editable=False, max_length=64, purpose='phone', source='phone')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], default='ar', max_length=2, verbose_name='language')),
                ('is_staff', models.BooleanField(default=False, verbose_name='staff')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
            },
        ),
        migrations.CreateModel(
            name='Citizen',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('nationality', models.CharField(default='JO', max_length=2)),
                ('number_kind', models.CharField(choices=[('national', 'National number'), ('personal', 'Personal number'), ('passport', 'Passport number')], max_length=10)),
                ('number', kit.crypto.EncryptedText()),
                ('number_lookup', kit.crypto.LookupField(blank=True, default='', editable=False, max_length=64, purpose='number', source='number')),
                ('first_name', models.CharField(max_length=60)),
                ('father_name', models.CharField(blank=True, max_length=60)),
                ('grandfather_name', models.CharField(blank=True, max_length=60)),
                ('family_name', models.CharField(max_length=60)),
                ('birth_date', kit.crypto.EncryptedDate()),
                ('phone', kit.crypto.EncryptedText()),
                ('phone_lookup', kit.crypto.LookupField(blank=True, db_index=True, default='', editable=False, max_length=64, purpose='phone', source='phone')),
                ('country', models.CharField(default='JO', max_length=2)),
                ('city', models.CharField(blank=True, max_length=80)),
                ('address', kit.crypto.EncryptedText(default='')),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('email_confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], default='ar', max_length=2)),
                ('notify_by', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail')], db_default='sms', default='sms', help_text='The way offered first when a case is filed.', max_length=5)),
                ('identity', models.CharField(choices=[('pending', 'Not checked yet'), ('matched', 'Matches the register'), ('mismatched', 'Does not match the register')], default='pending', max_length=10)),
                ('identity_changed_at', models.DateTimeField()),
                ('recheck_at', models.DateTimeField(blank=True, help_text='When the registry is asked again, if it is.', null=True)),
                ('created_at', models.DateTimeField()),
                ('conflicts_with', models.ForeignKey(blank=True, help_text='The matched person whose number this one gave too; a person of the CMU decides.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.citizen')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='citizen', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'citizen',
                'verbose_name_plural': 'citizens',
            },
        ),
        migrations.AddField(
            model_name='user',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.citizen', verbose_name='own citizen record'),
        ),
        migrations.CreateModel(
            name='FormDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('register', 'registration'), ('reset', 'forgotten password'), ('change_phone', 'change of mobile number')], max_length=14)),
                ('session_hash', models.CharField(max_length=64)),
                ('payload', kit.crypto.EncryptedText()),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'unfinished form',
                'verbose_name_plural': 'unfinished forms',
                'constraints': [models.UniqueConstraint(fields=('session_hash', 'purpose'), name='formdraft_once_per_session')],
            },
        ),
        migrations.CreateModel(
            name='IdentityCheck',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=40)),
                ('outcome', models.CharField(max_length=12)),
                ('fields_matched', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list)),
                ('at', models.DateTimeField()),
                ('citizen', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='accounts.citizen')),
            ],
            options={
                'verbose_name': 'identity check',
                'verbose_name_plural': 'identity checks',
            },
        ),
        migrations.CreateModel(
            name='IdentityView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(blank=True, max_length=20)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20))),
                ('reason', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('citizen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='views', to='accounts.citizen')),
                ('viewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'identity view',
                'verbose_name_plural': 'identity views',
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('officer', 'Liaison officer'), ('supervisor', 'Supervisor'), ('secretary_general', 'Secretary-general'), ('minister_office', "Minister's office"), ('directorate_member', 'Directorate member'), ('agent', 'Contact-centre agent'), ('agent_supervisor', 'Contact-centre supervisor'), ('cmu_staff', 'CMU staff'), ('cmu_head', 'Head of the CMU'), ('pm_office', "Prime Minister's office"), ('operator', 'System operator'), ('auditor', "Access auditor")], max_length=20, verbose_name='role')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, help_text=("The last day. Leave empty while the membership "
"lasts."), null=True, verbose_name='until')),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='agencies.agency', verbose_name='agency')),
                ('directorate', models.ForeignKey(blank=True, help_text="For directorate members only.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.directorate', verbose_name='directorate')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
            },
        ),
        migrations.CreateModel(
            name='PhoneCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('register', 'registration'), ('reset', 'forgotten password'), ('change_phone', 'change of mobile number')], max_length=14)),
                ('session_hash', models.CharField(max_length=64)),
                ('phone', kit.crypto.EncryptedText()),
                ('phone_lookup', kit.crypto.LookupField(blank=True, default='', editable=False, max_length=64, purpose='phone', source='phone')),
                ('code', kit.crypto.EncryptedText()),
                ('digest', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=2)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('sendings', models.PositiveSmallIntegerField(default=1)),
                ('sent_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'code',
                'verbose_name_plural': 'codes',
                'indexes': [models.Index(fields=['session_hash', 'purpose', 'phone_lookup', '-created_at'], name='phonecode_session'), models.Index(fields=['created_at'], name='phonecode_age')],
            },
        ),
        migrations.CreateModel(
            name='PolicyAcceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=20)),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], max_length=2)),
                ('accepted_at', models.DateTimeField()),
                ('citizen', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acceptances', to='accounts.citizen')),
            ],
            options={
                'verbose_name': 'acceptance of the usage policy',
                'verbose_name_plural': 'acceptances of the usage policy',
            },
        ),
        migrations.CreateModel(
            name='RateCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=24)),
                ('key', models.CharField(max_length=64)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(db_index=True)),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'counter',
                'verbose_name_plural': 'counters',
                'constraints': [models.UniqueConstraint(fields=('scope', 'key', 'starts_at'), name='ratecounter_window'), models.CheckConstraint(condition=models.Q(('count__gte', 0)), name='ratecounter_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputyships', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_ends_after_start', violation_error_message='The last day cannot be before the first.'), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('user')), _negated=True), _connector='OR'), name='absence_deputy_is_another', violation_error_message=("A person cannot be their own "
"deputy. Choose someone else."))],
            },
        ),
        migrations.AddIndex(
            model_name='citizen',
            index=models.Index(fields=['number_lookup', 'number_kind'], name='citizen_number'),
        ),
        migrations.AddIndex(
            model_name='citizen',
            index=models.Index(condition=models.Q(('recheck_at__isnull', False)), fields=['recheck_at'], name='citizen_recheck'),
        ),
        migrations.AddConstraint(
            model_name='citizen',
            constraint=models.UniqueConstraint(condition=models.Q(('identity', 'matched')), fields=('number_kind', 'number_lookup'), name='citizen_number_matched_once'),
        ),
        migrations.AddConstraint(
            model_name='citizen',
            constraint=models.CheckConstraint(condition=models.Q(('number_kind__in', ['national', 'personal', 'passport'])), name='citizen_number_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='citizen',
            constraint=models.CheckConstraint(condition=models.Q(('identity__in', ['pending', 'matched', 'mismatched'])), name='citizen_identity_known'),
        ),
        migrations.AddConstraint(
            model_name='citizen',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number_lookup', ''), _negated=True), models.Q(('phone_lookup', ''), _negated=True)), name='citizen_lookups_filled'),
        ),
        migrations.AddConstraint(
            model_name='citizen',
            constraint=models.CheckConstraint(condition=models.Q(('notify_by__in', ['sms', 'email'])), name='citizen_way_known'),
        ),
        migrations.AddConstraint(
            model_name='citizen',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('email_confirmed_at__isnull', True), ('notify_by', 'sms')), _connector='OR'), name='citizen_without_email_by_sms'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('is_staff', True)), fields=('email',), name='user_staff_email_unique'),
        ),
        migrations.AddIndex(
            model_name='identitycheck',
            index=models.Index(fields=['citizen', '-at'], name='identitycheck_latest'),
        ),
        migrations.AddIndex(
            model_name='identityview',
            index=models.Index(fields=['citizen', '-at'], name='identityview_citizen'),
        ),
        migrations.AddIndex(
            model_name='identityview',
            index=models.Index(fields=['viewer', '-at'], name='identityview_viewer'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['agency', 'role'], name='membership_agency_role'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_ends_after_start', violation_error_message='The last day cannot be before the first.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('user', 'agency', 'role'), name='membership_open_once', violation_error_message='This person already has this role in this agency.'),
        ),
        migrations.AddConstraint(
            model_name='policyacceptance',
            constraint=models.UniqueConstraint(fields=('citizen', 'version'), name='policyacceptance_once'),
        ),
    ]
