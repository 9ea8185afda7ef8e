SELECT EXISTS (SELECT FROM agencies_directorate WHERE agency_id = %(agency)s AND is_active) AS has_directorates,
       EXISTS (SELECT FROM agencies_outsidecentre WHERE is_active) AS has_centres
