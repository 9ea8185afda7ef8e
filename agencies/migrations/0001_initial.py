import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


# Equal to kit.arabic.fold and strip_prefixes; tests/agencies/test_folding.py compares them. ``translate`` compares each
# letter with each of its list, which took two thirds of the time; ``replace`` finds one letter in the whole text at once.
# What few texts need, composing, capitals of Latin-1 and digits, is asked for first. ASCII is lowered by the collation "C",
# which knows no other letters. pg_restore fills generated columns with an empty search_path: only functions of pg_catalog
# are called by name.
AR_NORM = r"""
CREATE FUNCTION ar_norm(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    plain text := coalesce(t, '');
BEGIN
    IF plain IS NOT NFKC NORMALIZED THEN
        plain := normalize(plain, NFKC);
    END IF;
    plain := lower(plain COLLATE "C");
    IF plain ~ '[À-ÖØ-Þ]' THEN
        plain := translate(plain, 'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ', 'àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ');
    END IF;
    plain := regexp_replace(
        plain, '[\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]', '', 'g'
    );
    plain := replace(replace(replace(replace(plain, 'أ', 'ا'), 'إ', 'ا'), 'آ', 'ا'), 'ٱ', 'ا');
    plain := replace(replace(replace(plain, 'ى', 'ي'), 'ئ', 'ي'), 'ی', 'ي');
    plain := replace(replace(replace(plain, 'ة', 'ه'), 'ؤ', 'و'), 'ک', 'ك');
    IF plain ~ '[٠-٩۰-۹]' THEN
        plain := translate(plain, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789');
    END IF;
    RETURN plain;
END $$
"""
# What stands before and behind the article is looked at and not taken along. Written with RETURN, which binds ar_norm when
# the function is made: with an empty search_path it would not be found by name.
WORD = r"0-9a-z\u00df-\u00f6\u00f8-\u024f\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee-\u06ff"
AR_STRIP = rf"""
CREATE FUNCTION ar_strip(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    ar_norm(t), '(?<![{WORD}])(?:وبال|ولل|وال|بال|كال|فال|ال|لل)(?=[{WORD}]{{3}})', '', 'g'
)
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(
        ),
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        migrations.RunSQL(sql=[AR_NORM, AR_STRIP], reverse_sql=["DROP FUNCTION ar_strip", "DROP FUNCTION ar_norm"]),
        migrations.CreateModel(
            name='Governorate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('aliases', models.CharField(blank=True, max_length=200, verbose_name='other names')),
                ('sort_order', models.PositiveSmallIntegerField(verbose_name='order')),
            ],
            options={
                'verbose_name': 'governorate',
                'verbose_name_plural': 'governorates',
                'ordering': ['sort_order'],
            },
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('short_name_ar', models.CharField(help_text='For SMS', max_length=18, verbose_name='short name in Arabic')),
                ('short_name_en', models.CharField(help_text='For SMS', max_length=24, verbose_name='short name in English')),
                ('kind', models.CharField(choices=[('ministry', 'ministry'), ('department', 'department'), ('bureau', 'bureau'), ('commission', 'commission'), ('institution', 'institution'), ('authority', 'authority'), ('council', 'council'), ('fund', 'fund'), ('company', 'government company'), ('municipality', 'municipality'), ('governorate', "governor's office"), ('university', 'university'), ('hospital', 'hospital'), ('security', 'public security'), ('unit', 'unit')], max_length=20, verbose_name='kind')),
                ('sector', models.CharField(choices=[('public_admin', 'public administration'), ('interior_security', 'interior and security'), ('justice', 'justice'), ('finance_tax', 'finance and tax'), ('oversight', 'oversight'), ('education', 'education'), ('higher_education', 'higher education'), ('health', 'health'), ('labour_social', 'work and social protection'), ('municipal', 'municipal services'), ('roads_housing', 'roads and housing'), ('transport', 'transport'), ('water', 'water'), ('energy', 'energy'), ('trade_consumer', 'trade and consumers'), ('agriculture_env', 'agriculture and environment'), ('tourism_culture', 'tourism and culture'), ('youth_sport', 'youth and sport'), ('religious', 'religious affairs'), ('digital_telecom', 'digital economy and telecoms'), ('investment', 'investment'), ('media', 'media')], max_length=30, verbose_name='sector')),
                ('services_ar', models.TextField(blank=True, help_text='Words people use to search for this agency', verbose_name='services')),
                ('aliases_ar', models.CharField(blank=True, max_length=300, verbose_name='other names')),
                ('is_complainable', models.BooleanField(default=True, verbose_name='can be complained about')),
                ('is_core', models.BooleanField(default=False, verbose_name='one of the 86 agencies connected to the system')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('has_system', models.BooleanField(db_default=False, default=False, editable=False, help_text='Its cases go to a case system of its own; a copy, so that a change of a case need not ask.')),
                ('renamed_on', models.DateField(blank=True, editable=False, help_text='The last day a name changed; null for never.', null=True, verbose_name='renamed on')),
                ('folded', models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Concat(models.F('name_ar'), models.Value(' '), models.F('short_name_ar'), models.Value(' '), models.F('name_en'), models.Value(' '), models.F('short_name_en'), models.Value(' '), models.F('aliases_ar'), models.Value(' '), models.F('services_ar'), output_field=models.TextField()), function='ar_strip', output_field=models.TextField()), output_field=models.TextField())),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='agencies.agency', verbose_name='parent agency')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate', verbose_name='governorate')),
            ],
            options={
                'verbose_name': 'agency',
                'verbose_name_plural': 'agencies',
                'ordering': ['name_ar'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('folded'), name='gin_trgm_ops'), name='agency_folded_trigrams')],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='agencies_agency_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='agency_is_not_its_own_parent'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('short_name_ar'), 18)), name='agency_short_name_ar_fits_sms'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('short_name_en'), 24)), name='agency_short_name_en_fits_sms'), models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('short_name_ar',), name='living_agencies_differ_in_short_name', violation_error_message='Another agency already has this short name')],
            },
        ),
        migrations.CreateModel(
            name='AgencySite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('origin', models.CharField(help_text='Without a page, such as https://www.agency.example', max_length=200, unique=True, verbose_name='address of the site')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='offered')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='agencies.agency', verbose_name='agency')),
            ],
            options={
                'verbose_name': "agency's website",
                'verbose_name_plural': "agencies' websites",
                'ordering': ['origin'],
                'constraints': [models.CheckConstraint(condition=models.Q(('origin__regex', '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$')), name='agency_site_is_origin')],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('complaint', 'complaint'), ('suggestion', 'suggestion'), ('inquiry', 'inquiry'), ('praise', 'praise')], max_length=12), default=list, verbose_name='kinds of case')),
                ('agency_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ministry', 'ministry'), ('department', 'department'), ('bureau', 'bureau'), ('commission', 'commission'), ('institution', 'institution'), ('authority', 'authority'), ('council', 'council'), ('fund', 'fund'), ('company', 'government company'), ('municipality', 'municipality'), ('governorate', "governor's office"), ('university', 'university'), ('hospital', 'hospital'), ('security', 'public security'), ('unit', 'unit')], max_length=20), blank=True, default=list, help_text='Select none to include all', verbose_name='kinds of agency')),
                ('sectors', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('public_admin', 'public administration'), ('interior_security', 'interior and security'), ('justice', 'justice'), ('finance_tax', 'finance and tax'), ('oversight', 'oversight'), ('education', 'education'), ('higher_education', 'higher education'), ('health', 'health'), ('labour_social', 'work and social protection'), ('municipal', 'municipal services'), ('roads_housing', 'roads and housing'), ('transport', 'transport'), ('water', 'water'), ('energy', 'energy'), ('trade_consumer', 'trade and consumers'), ('agriculture_env', 'agriculture and environment'), ('tourism_culture', 'tourism and culture'), ('youth_sport', 'youth and sport'), ('religious', 'religious affairs'), ('digital_telecom', 'digital economy and telecoms'), ('investment', 'investment'), ('media', 'media')], max_length=30), blank=True, default=list, help_text='Select none to include all', verbose_name='sectors')),
                ('priority', models.CharField(choices=[('urgent', 'urgent'), ('high', 'high'), ('normal', 'normal'), ('low', 'low')], default='normal', max_length=10, verbose_name='priority')),
                ('limit_days', models.PositiveSmallIntegerField(verbose_name='limit in working days')),
                ('hides_identity', models.BooleanField(default=False, verbose_name='hides the identity')),
                ('second_signature', models.BooleanField(default=False, verbose_name='needs a second signature')),
                ('signature_reason', models.CharField(blank=True, max_length=200, verbose_name='reason for the second signature')),
                ('withheld_from_agency', models.BooleanField(default=False, verbose_name='withheld from the agency')),
                ('place_required', models.BooleanField(db_default=False, default=False, verbose_name='asks for the place')),
                ('is_public', models.BooleanField(db_default=False, default=False, help_text='Other programs may list complaints about it, with the place rounded, without words and people', verbose_name='public')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='agencies.topic', verbose_name='group')),
                ('suggested_agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='usual agency')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
                'ordering': ['position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('limit_days__gte', 1)), name='topic_limit_is_a_day_or_more'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='topic_is_not_its_own_group'), models.CheckConstraint(condition=models.Q(('withheld_from_agency', False), ('hides_identity', True), _connector='OR'), name='topic_withheld_hides_the_identity', violation_error_message='A topic withheld from the agency must also hide the identity'), models.CheckConstraint(condition=models.Q(('is_public', False), models.Q(('hides_identity', False), ('parent__isnull', False)), _connector='OR'), name='topic_public_hides_nobody', violation_error_message='A public topic is within a group and does not hide the identity')],
            },
        ),
        migrations.CreateModel(
            name='AgencySuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='from')),
                ('reason', models.TextField(verbose_name='reason')),
                ('planned_by', models.UUIDField()),
                ('planned_at', models.DateTimeField()),
                ('executed_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('final', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='continues', to='agencies.agency')),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='agencies.agency', verbose_name='agency')),
                ('successor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='successor')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate', verbose_name='governorate')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.topic', verbose_name='topic or group')),
            ],
            options={
                'verbose_name': 'succession',
                'verbose_name_plural': 'successions',
                'ordering': ['-on', '-pk'],
                'indexes': [models.Index(condition=models.Q(('cancelled_at', None), ('executed_at', None)), fields=['on', 'id'], name='succession_planned')],
                'constraints': [models.CheckConstraint(condition=models.Q(('predecessor', models.F('successor')), _negated=True), name='succession_is_by_another_agency'), models.CheckConstraint(condition=models.Q(('predecessor', models.F('final')), _negated=True), name='succession_does_not_lead_back'), models.CheckConstraint(condition=models.Q(('executed_at', None), ('cancelled_at', None), _connector='OR'), name='succession_is_executed_or_cancelled'), models.UniqueConstraint(condition=models.Q(('cancelled_at', None)), fields=('predecessor', 'topic', 'governorate'), name='succession_of_the_same_work_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='AnswerPhrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='row code')),
                ('category', models.CharField(choices=[('courtesy', 'Greetings and thanks'), ('formula', 'Formula of closing'), ('process', 'Looked at, discussed, in progress'), ('promise', 'Promise'), ('referral', 'Passed on to others'), ('padding', 'General assurance'), ('blame', 'Blame'), ('retelling', 'The complaint repeated'), ('act', 'Something done'), ('reason', 'Cause'), ('basis', 'Legal basis'), ('information', 'Information on a service'), ('date', 'Day or month'), ('number', 'Number in words'), ('measure', 'Unit of measurement'), ('reference', 'Stands before the number of a letter'), ('unit', 'Stands before the name of an office'), ('office', 'Word of every official letter'), ('function', 'Connecting word')], max_length=12, verbose_name='category')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('phrases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), help_text='One on each line. Articles, pronouns and usual misspellings are found too. An asterisk * stands for up to two words.', verbose_name='words and phrases')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'phrases of answers',
                'verbose_name_plural': 'phrases of answers',
                'ordering': ['category', 'language', 'code'],
            },
        ),
        migrations.CreateModel(
            name='CalendarChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('position', models.BigIntegerField(default=0)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'change of the calendar',
                'verbose_name_plural': 'changes of the calendar',
                'indexes': [models.Index(condition=models.Q(('finished_at', None)), fields=['id'], name='calendar_change_pending')],
            },
        ),
        migrations.CreateModel(
            name='OutsideCentre',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('phone', models.CharField(max_length=20, verbose_name='phone number')),
                ('email', models.EmailField(blank=True, db_default='', default='', help_text='Cases are announced to this address, if the centre has no interface', max_length=254, verbose_name='e-mail')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='offered')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='agency')),
            ],
            options={
                'verbose_name': 'outside centre',
                'verbose_name_plural': 'outside centres',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='CentreState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('word', models.CharField(help_text="Exactly as the centre's interface sends it", max_length=60, verbose_name="the centre's word")),
                ('meaning', models.CharField(choices=[('received', 'received'), ('in_work', 'being worked on'), ('answered', 'answered'), ('refused', 'not taken on')], max_length=10, verbose_name='meaning')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='in use')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='states', to='agencies.outsidecentre', verbose_name='outside centre')),
            ],
            options={
                'verbose_name': 'state of an outside centre',
                'verbose_name_plural': 'states of outside centres',
                'ordering': ['centre', 'word'],
                'constraints': [models.UniqueConstraint(fields=('centre', 'word'), name='centrestate_once', violation_error_message='The centre already has this word'), models.CheckConstraint(condition=models.Q(('meaning__in', ['received', 'in_work', 'answered', 'refused'])), name='centrestate_meaning_known')],
            },
        ),
        migrations.CreateModel(
            name='City',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('level', models.CharField(choices=[('liwa', 'district (liwa)'), ('town', 'town'), ('gam_area', 'area of Amman')], max_length=20, verbose_name='level')),
                ('is_centre', models.BooleanField(default=False, verbose_name='centre of its governorate')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='offered')),
                ('governorate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cities', to='agencies.governorate', verbose_name='governorate')),
            ],
            options={
                'verbose_name': 'place',
                'verbose_name_plural': 'places',
                'ordering': ['governorate', 'name_ar'],
                'constraints': [models.UniqueConstraint(fields=('governorate', 'level', 'name_ar'), name='city_once_per_governorate')],
            },
        ),
        migrations.CreateModel(
            name='DangerSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('phrases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), help_text='One per line: in Arabic as people write it, in English, or in Latin letters', verbose_name='phrases')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('is_harmless', models.BooleanField(default=False, help_text='These phrases, such as “died of waiting”, are left out before the text is searched for danger', verbose_name='only sounds dangerous')),
            ],
            options={
                'verbose_name': 'danger sign',
                'verbose_name_plural': 'danger signs',
                'ordering': ['is_harmless', 'name_en'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('phrases__len__gte', 1)), name='dangersign_has_a_phrase', violation_error_message='Enter at least one phrase')],
            },
        ),
        migrations.CreateModel(
            name='Directorate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('email', models.EmailField(blank=True, help_text='Requests to the directorate are sent to this address', max_length=254, verbose_name='e-mail')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='directorates', to='agencies.agency', verbose_name='agency')),
            ],
            options={
                'verbose_name': 'directorate',
                'verbose_name_plural': 'directorates',
                'ordering': ['agency', 'name_ar'],
                'constraints': [models.UniqueConstraint(fields=('agency', 'name_ar'), name='directorate_once_per_agency')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('on', models.DateField(verbose_name='day')),
                ('audience', models.CharField(choices=[('all', 'everyone'), ('christians', 'Christians')], default='all', max_length=12, verbose_name='applies to')),
                ('status', models.CharField(choices=[('confirmed', 'confirmed'), ('estimated', 'estimated'), ('called_off', 'cancelled')], default='confirmed', max_length=12, verbose_name='status')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'holiday',
                'verbose_name_plural': 'holidays',
                'ordering': ['on', 'name_ar'],
                'constraints': [models.UniqueConstraint(fields=('on', 'name_ar'), name='holiday_once')],
            },
        ),
        migrations.CreateModel(
            name='KnownProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text_ar', models.CharField(max_length=400, verbose_name='text in Arabic')),
                ('text_en', models.CharField(max_length=400, verbose_name='text in English')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('published_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='agency')),
                ('city', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.city', verbose_name='place')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate', verbose_name='governorate')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.topic', verbose_name='topic')),
            ],
            options={
                'verbose_name': 'known problem',
                'verbose_name_plural': 'known problems',
                'ordering': ['-starts_at', '-pk'],
                'indexes': [models.Index(fields=['ends_at'], name='known_problem_by_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gte', models.F('starts_at'))), name='known_problem_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('city', None), ('governorate__isnull', False), _connector='OR'), name='known_problem_place_has_its_governorate')],
            },
        ),
        migrations.CreateModel(
            name='ReferenceChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=20)),
                ('row', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('added', 'Added'), ('changed', 'Changed'), ('ended', 'Ended'), ('loaded', 'Loaded from the project files'), ('imported', 'Imported from a file'), ('follows', 'Follows the project files again')], max_length=10)),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('made_by', models.UUIDField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('effective_on', models.DateField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('dropped_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'change of reference data',
                'verbose_name_plural': 'changes of reference data',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['thing', 'row', '-id'], name='reference_change_of_row'), models.Index(condition=models.Q(('applied_at', None), ('dropped_at', None)), fields=['effective_on', 'id'], name='reference_change_planned')],
                'constraints': [models.CheckConstraint(condition=models.Q(('applied_at', None), ('dropped_at', None), _connector='OR'), name='reference_change_is_applied_or_dropped')],
            },
        ),
        migrations.CreateModel(
            name='RoutingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('place_ar', models.CharField(blank=True, max_length=80, verbose_name='place')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='agency')),
                ('governorate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.governorate', verbose_name='governorate')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules', to='agencies.topic', verbose_name='topic')),
            ],
            options={
                'verbose_name': 'routing rule',
                'verbose_name_plural': 'routing rules',
                'ordering': ['topic', 'governorate', 'place_ar', 'starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='agencies_routingrule_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('place_ar', ''), ('governorate__isnull', False), _connector='OR'), name='routing_place_needs_a_governorate', violation_error_message='Choose the governorate of the place'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('topic', '='), (django.db.models.functions.comparison.Coalesce('governorate', models.Value(0)), '='), (models.Func(models.F('place_ar'), function='ar_strip', output_field=models.TextField()), '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='routing_rules_do_not_overlap', violation_error_message='There is already a rule for this topic and place on these days')],
            },
        ),
        migrations.CreateModel(
            name='TopicPhrases',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('phrases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), help_text='One per line: in Arabic as people write it, in English, or in Latin letters', verbose_name='phrases')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('topic', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='wording', to='agencies.topic', verbose_name='topic')),
            ],
            options={
                'verbose_name': 'everyday phrases',
                'verbose_name_plural': 'everyday phrases',
                'ordering': ['topic__position', 'topic'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('phrases__len__gte', 1)), name='topicphrases_has_a_phrase', violation_error_message='Enter at least one phrase')],
            },
        ),
        migrations.CreateModel(
            name='TopicQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('hint_ar', models.CharField(blank=True, max_length=150, verbose_name='hint in Arabic')),
                ('hint_en', models.CharField(blank=True, max_length=150, verbose_name='hint in English')),
                ('kind', models.CharField(choices=[('line', 'one line of text'), ('date', 'a date, today or earlier'), ('choice', 'one of the options')], default='line', max_length=10, verbose_name='kind of answer')),
                ('options_ar', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, help_text='One per line, for choice questions only; in the same order in both languages', verbose_name='options in Arabic')),
                ('options_en', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, verbose_name='options in English')),
                ('is_required', models.BooleanField(default=False, verbose_name='must be answered')),
                ('is_personal', models.BooleanField(default=False, help_text='The answer is hidden from anyone who may not know who filed the case', verbose_name='reveals who the person is')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('complaint', 'complaint'), ('suggestion', 'suggestion'), ('inquiry', 'inquiry'), ('praise', 'praise')], max_length=12), blank=True, default=list, help_text='Select none to include all', verbose_name='kinds of case')),
                ('is_active', models.BooleanField(default=True, verbose_name='asked')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='agencies.topic', verbose_name='topic or group')),
            ],
            options={
                'verbose_name': 'topic question',
                'verbose_name_plural': 'topic questions',
                'ordering': ['position', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'choice'), ('options_ar__len__gte', 2), ('options_en__len', models.F('options_ar__len'))), models.Q(models.Q(('kind', 'choice'), _negated=True), ('options_ar', []), ('options_en', [])), _connector='OR'), name='question_offers_two_answers_or_more_for_a_choice_alone', violation_error_message='A choice question needs at least two options, the same number in Arabic and English; other questions have no options')],
            },
        ),
        migrations.CreateModel(
            name='WordGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('name_ar', models.CharField(max_length=150, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=150, verbose_name='name in English')),
                ('phrases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), help_text='One per line: in Arabic as people write it, in English, or in Latin letters', verbose_name='phrases')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'word group',
                'verbose_name_plural': 'word groups',
                'ordering': ['name_en'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('phrases__len__gte', 1)), name='wordgroup_has_a_phrase', violation_error_message='Enter at least one phrase')],
            },
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unverified', models.CharField(blank=True, default='', help_text='What still needs checking; leave empty once verified', max_length=300, verbose_name='not verified')),
                ('edited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last edited by staff')),
                ('code', models.SlugField(blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name='row code')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('period', models.CharField(choices=[('normal', 'outside Ramadan'), ('ramadan', 'Ramadan')], max_length=10, verbose_name='period')),
                ('opens', models.TimeField(blank=True, null=True, verbose_name='opening time')),
                ('closes', models.TimeField(blank=True, null=True, verbose_name='closing time')),
                ('estimated', models.BooleanField(default=False, help_text='The days, or hours not yet announced, may still change', verbose_name='estimated')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'working hours',
                'verbose_name_plural': 'working hours',
                'ordering': ['period', models.OrderBy(models.F('starts_on'), nulls_first=True)],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_on', None), ('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='agencies_workinghours_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('closes__isnull', True), ('opens__isnull', True)), models.Q(('closes__isnull', False), ('opens__isnull', False)), _connector='OR'), name='hours_are_both_known_or_neither'), models.CheckConstraint(condition=models.Q(('opens', None), ('closes', None), ('closes__gt', models.F('opens')), _connector='OR'), name='hours_close_after_they_open'), models.CheckConstraint(condition=models.Q(('opens__isnull', False), models.Q(('estimated', True), ('period', 'ramadan')), _connector='OR'), name='hours_unknown_only_in_an_estimated_ramadan', violation_error_message='Only an estimated Ramadan may be without working hours'), models.CheckConstraint(condition=models.Q(models.Q(('period', 'ramadan'), _negated=True), models.Q(('ends_on__isnull', False), ('starts_on__isnull', False)), _connector='OR'), name='hours_of_ramadan_have_dates', violation_error_message='Enter the first and the last day of Ramadan'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('period', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='hours_of_a_period_do_not_overlap', violation_error_message='There are already working hours for some of these days')],
            },
        ),
    ]
