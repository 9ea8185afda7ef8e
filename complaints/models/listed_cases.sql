-- Cases as a list shows them, in one language; {chosen} says which, {order} how they stand.
SELECT
    complaints_case.id,
    complaints_case.reference,
    complaints_case.version,
    complaints_case.subject,
    complaints_case.kind,
    complaints_case.channel,
    complaints_case.state,
    complaints_case.hides_identity,
    complaints_case.is_urgent,
    complaints_case.agency_id,
    complaints_case.citizen_id,
    complaints_case.filed_at,
    complaints_case.deadline_at,
    complaints_case.closed_at,
    CASE WHEN %(shows_tasks)s THEN coalesce(
        (
            SELECT min(clock.due_at) FROM complaints_clock AS clock
            JOIN complaints_referraltask AS task ON task.id = clock.task_id
            WHERE clock.case_id = complaints_case.id AND clock.ended_at IS NULL AND task.state = 'open'
                AND (%(is_unit)s OR task.agency_id = ANY(%(agencies)s::bigint[]))
        ),
        complaints_case.deadline_at
    ) END AS partner_task_due_at,
    citizen.first_name || ' ' || citizen.family_name AS citizen_name,
    citizen.identity = 'matched' AS is_matched,
    CASE WHEN %(english)s THEN topic.name_en ELSE topic.name_ar END AS topic,
    CASE WHEN %(english)s THEN agency.short_name_en ELSE agency.short_name_ar END AS agency,
    CASE WHEN %(english)s THEN directorate.name_en ELSE directorate.name_ar END AS directorate,
    CASE WHEN %(english)s THEN officer.name_en ELSE officer.name_ar END AS officer,
    ARRAY(
        SELECT label.name FROM complaints_label AS label
        WHERE label.case_id = complaints_case.id AND label.agency_id = ANY(%(homes)s::bigint[])
        ORDER BY label.name
    ) AS tags
FROM complaints_case
JOIN accounts_citizen AS citizen ON citizen.id = complaints_case.citizen_id
LEFT JOIN agencies_topic AS topic ON topic.id = complaints_case.topic_id
LEFT JOIN agencies_agency AS agency ON agency.id = complaints_case.agency_id
LEFT JOIN accounts_user AS officer ON officer.id = complaints_case.officer_id
LEFT JOIN agencies_directorate AS directorate ON directorate.id = CASE WHEN %(shows_asked)s THEN coalesce(
    (
        SELECT asked.directorate_id FROM complaints_consultation AS asked
        WHERE asked.case_id = complaints_case.id AND asked.state IN ('asked', 'estimated')
        ORDER BY asked.id LIMIT 1
    ),
    complaints_case.directorate_id
) ELSE complaints_case.directorate_id END
WHERE {chosen}
ORDER BY {order}
