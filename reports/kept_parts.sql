-- How far figures are kept, and digests of all that pages of figures are made of besides: when the sums of each month
-- up to %(last)s were changed last, and the reference data. A row that is changed in whatever column gives another one.
SELECT (SELECT state.as_of FROM reports_figurestate AS state WHERE state.id = 1) AS as_of,
    (
        SELECT md5(string_agg(month::text || ' ' || extract(epoch FROM changed_at)::text, ',' ORDER BY month))
        FROM reports_figuremonth WHERE month <= %(last)s
    ) AS sums,
    md5(ROW(
        (SELECT sum(hashtextextended(agency::text, 0)) FROM agencies_agency AS agency),
        (SELECT sum(hashtextextended(topic::text, 0)) FROM agencies_topic AS topic),
        (SELECT sum(hashtextextended(governorate::text, 0)) FROM agencies_governorate AS governorate),
        (SELECT sum(hashtextextended(succession::text, 0)) FROM agencies_agencysuccession AS succession),
        (SELECT sum(hashtextextended(hours::text, 0)) FROM agencies_workinghours AS hours),
        (SELECT sum(hashtextextended(holiday::text, 0)) FROM agencies_holiday AS holiday),
        (
            SELECT sum(hashtextextended(change::text, 0)) FROM agencies_referencechange AS change
            WHERE change.thing = 'agency' AND change.applied_at IS NOT NULL
        )
    )::text) AS names
