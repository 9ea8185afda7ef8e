"""Pages opened by people whom they are not for."""

from tests.bench.attack.rows import Row

STRANGERS = "karim yusuf sami huda asma haitham"

ROWS = [
    # A case of another agency, of nobody's desk, of another citizen.
    Row("visitor", "GET", "/ar/staff/cases/{open}/", "302 /ar/staff/sign-in/", in_suite=True),
    Row(STRANGERS, "GET", "/ar/staff/cases/{open}/", "404", in_suite=True),
    Row(STRANGERS, "GET", "/en/staff/cases/{hidden}/", "404"),
    Row(STRANGERS, "GET", "/ar/staff/cases/{about}/", "404"),
    Row(STRANGERS, "GET", "/ar/staff/cases/{closed}/", "404"),
    Row(STRANGERS, "GET", "/ar/staff/cases/{open}/files/{file}/", "404"),
    Row(STRANGERS, "GET", "/ar/staff/cases/{open}/file.pdf", "404"),
    Row("karim yusuf sami huda asma haitham", "GET", "/ar/staff/cases/{open}/identity/", "404"),
    Row("yusuf sami asma haitham", "GET", "/ar/staff/cases/{open}/paper/", "404"),
    # About herself: the supervisor finds nothing of it, however she asks.
    Row("nadia", "GET", "/ar/staff/cases/{about}/", "404", in_suite=True),
    Row("nadia", "GET", "/ar/staff/cases/{about}/file.pdf", "404"),
    Row("nadia", "GET", "/ar/staff/cases/{about}/identity/", "404"),
    Row("nadia", "GET", "/ar/staff/cases/{about}/set-aside/end/", "404"),
    Row("nadia", "GET", "/ar/staff/queue/?view=waiting", "200", sees="words name numbers", lacks="{about}"),
    # The person is hidden: no page, file or print of the agency names them.
    Row("omar nadia", "GET", "/ar/staff/cases/{hidden}/identity/", "404", sees="words"),
    Row("omar nadia", "GET", "/ar/staff/queue/", "200", sees="words name numbers"),
    # Lists and searches of somebody else.
    Row("yusuf", "GET", "/ar/staff/queue/", "200", in_suite=True),
    Row("yusuf", "GET", "/ar/staff/queue/?view=closed", "200"),
    Row("yusuf", "POST", "/ar/staff/queue/", "200 302", body="q={searched}"),
    Row("yusuf", "GET", "/ar/staff/queue/?q={searched}", "200"),
    Row("yusuf", "POST", "/ar/staff/queue/", "200 302", body="q=حنظلة", sees="name"),
    Row("yusuf", "GET", "/ar/staff/queue/counts/", "200"),
    Row("karim sami haitham", "GET", "/ar/staff/queue/", "404"),
    Row("omar nadia yusuf sami huda haitham karim asma", "GET", "/ar/staff/triage/", "404"),
    Row("omar yusuf sami huda haitham karim asma", "GET", "/ar/staff/officers/", "404"),
    Row("omar nadia yusuf sami haitham karim", "GET", "/ar/staff/reports/", "404"),
    Row("omar nadia yusuf sami haitham karim", "GET", "/ar/staff/reports/figures.csv", "404"),
    Row("omar yusuf sami huda haitham karim", "GET", "/ar/staff/reports/periodic/", "404"),
    Row("omar yusuf sami huda haitham karim", "GET", "/ar/staff/audits/test-set.csv", "404"),
    Row("yusuf sami huda haitham karim", "GET", "/ar/staff/figures/agencies/miyahuna/", "404"),
    Row("omar nadia yusuf sami huda haitham karim", "GET", "/ar/staff/pm-office/", "404"),
    # Public pages and files, asked for what there is not.
    Row("visitor", "GET", "/en/performance/2026-q3/agencies/?q=%3Cscript%3E", "404 200", lacks="<script>alert"),
    Row("visitor", "GET", "/en/performance/../staff/reports/", "404 302"),
    Row("visitor", "GET", "/open-data/cases.csv", "404"),
    Row("visitor", "POST", "/open-data/agencies.csv", "405"),
    Row("omar nadia yusuf karim haitham asma", "GET", "/ar/staff/messages/", "404"),
    Row("huda", "GET", "/ar/staff/messages/{message}/", "200", in_suite=True),
    Row("omar nadia yusuf karim haitham asma sami", "GET", "/ar/staff/messages/{message}/", "404"),
    Row("omar nadia yusuf karim haitham asma huda", "GET", "/ar/staff/calls/", "404"),
    Row("omar yusuf karim haitham asma huda", "GET", "/ar/staff/calls/{call}/", "404"),
    Row("yusuf sami karim huda haitham asma", "GET", "/ar/staff/texts/{text}/", "404"),
    Row("yusuf", "GET", "/ar/staff/texts/", "200"),
    Row("omar yusuf sami karim huda asma", "GET", "/ar/staff/directorate/{consultation}/", "404"),
    Row("haitham", "GET", "/ar/staff/directorate/{consultation}/", "200", sees="words"),
    Row("omar nadia yusuf sami haitham asma karim", "GET", "/ar/admin/", "404"),
    Row("huda", "GET", "/ar/admin/accounts/citizen/", "404"),
    Row("huda", "GET", "/ar/admin/accounts/user/{owner_key}/change/", "302 404"),
    # The citizen's side.
    Row("karim", "GET", "/ar/cases/{open}/", "404", in_suite=True),
    Row("karim", "GET", "/ar/cases/{hidden}/receipt/", "404"),
    Row("karim", "GET", "/ar/cases/{open}/files/{file}/", "404"),
    Row("karim", "GET", "/ar/cases/{open}/amend/", "404"),
    Row("karim", "GET", "/ar/cases/{closed}/object/", "404"),
    Row("karim", "GET", "/ar/cases/", "200"),
    Row("visitor", "GET", "/ar/cases/{open}/", "302 /ar/sign-in/", in_suite=True),
    Row("visitor", "GET", "/ar/cases/{open}/files/{file}/", "302 /ar/sign-in/"),
    Row("omar yusuf huda", "GET", "/ar/cases/{open}/", "302 /ar/staff/"),
    Row("karim", "GET", "/ar/account/", "200"),
    # Files by another way, and the file of one case below another.
    Row("omar", "GET", "/ar/staff/cases/{closed}/files/{file}/", "404"),
    Row("visitor", "GET", "/ar/directorate/{token}/files/{file}/", "404"),
    Row("visitor", "GET", "/ar/directorate/{token}/", "200", sees="words"),
    Row("visitor", "GET", "/ar/directorate/{token}x/", "404"),
    Row("visitor", "GET", "/ar/directorate/x{token}/", "404"),
    Row("visitor", "GET", "/media/{file}", "404 302"),
    # Tracking without an account tells the status and no words.
    Row("visitor", "POST", "/ar/track/", "200", body="ref={open}&phone_end=3210"),
    Row("visitor", "POST", "/ar/track/", "200", body="ref={open}&phone_end=0000"),
    Row("sami", "POST", "/ar/staff/calls/find/", "200", body="ref={open}&phone_end=0000"),
    Row("sami", "GET", "/ar/staff/cases/{open}/reply/", "404"),
]
