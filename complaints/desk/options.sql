-- What a page of the queue needs beside its cases; without %(wants_choices)s only what its counts need.
SELECT kind, key, name_ar, name_en, more, owner, position FROM (
    SELECT 'topic', id::text, name_ar, name_en, parent_id::text, '', position
    FROM agencies_topic WHERE is_active AND %(wants_choices)s
    UNION ALL
    SELECT 'place', id::text, name_ar, name_en, '', '', sort_order
    FROM agencies_governorate WHERE %(wants_choices)s
    UNION ALL
    SELECT 'directorate', id::text, name_ar, name_en, '', '', 0
    FROM agencies_directorate WHERE agency_id = ANY(%(agencies)s::bigint[]) AND is_active AND %(wants_choices)s
    UNION ALL
    SELECT 'officer', officer.id::text, officer.name_ar, officer.name_en, '', '', 0
    FROM accounts_user AS officer
    WHERE officer.is_active AND %(wants_choices)s AND officer.id IN (
        SELECT user_id FROM accounts_membership
        WHERE agency_id = ANY(%(agencies)s::bigint[]) AND role IN ('officer', 'supervisor')
            AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s)
    )
    UNION ALL (
        SELECT DISTINCT 'label', name, name, name, '', '', 0
        FROM complaints_label WHERE agency_id = ANY(%(sharing)s::bigint[]) AND %(wants_choices)s LIMIT %(most_labels)s
    )
    UNION ALL
    SELECT 'agency', id::text, name_ar, name_en, '', '', 0
    FROM agencies_agency
    WHERE %(is_unit)s AND %(wants_choices)s AND is_complainable
        AND (starts_on IS NULL OR starts_on <= %(on)s) AND (ends_on IS NULL OR ends_on >= %(on)s)
    UNION ALL
    SELECT 'sharing', id::text, name_ar, name_en, '', '', 0
    FROM agencies_agency WHERE id = ANY(%(sharing)s::bigint[]) AND %(wants_choices)s
    UNION ALL
    SELECT 'absent', user_id::text, '', '', '', '', 0
    FROM accounts_absence WHERE deputy_id = %(user)s AND starts_on <= %(on)s AND ends_on >= %(on)s
    UNION ALL (
        SELECT 'unsent', '', '', '', '', '', 0
        FROM complaints_unsentform
        WHERE user_id = %(user)s AND ended_at IS NULL AND saved_at > %(unsent_since)s AND %(wants_choices)s LIMIT 1
    )
    UNION ALL
    SELECT 'saved', id::text, name, query::text, agency_id::text, owner_id::text, 0
    FROM complaints_savedfilter WHERE owner_id = %(user)s OR agency_id = ANY(%(sharing)s::bigint[])
) AS option (kind, key, name_ar, name_en, more, owner, position)
