"""Forms sent by people whom they are not for, and by the right people at the wrong time."""

from tests.bench.attack.rows import Row

OUTSIDE = "yusuf sami huda asma haitham karim"

ROWS = [
    Row(
        "visitor",
        "POST",
        "/ar/staff/cases/{open}/accept/",
        "302 /ar/staff/sign-in/",
        body="version=1&days=3",
        in_suite=True,
    ),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/accept/", "404", body="version=1&days=3&confirmed=on", in_suite=True),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/decline/", "404", body="version=1&reason=not_ours&text=x"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{asked}/close/", "404", body="version=3&outcome=solved&found=x&done=y"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/note/", "404", body="version=1&text=ملاحظة"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/identity/", "404", body="version=1&reason=سبب"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/paper/", "404", body="version=1&reason=سبب&identity=on"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/assign/", "404", body="version=1&officer={yusuf_key}"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/link/", "404", body="version=1&ref={closed}"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{open}/set-aside/", "404", body="version=1&person={omar_key}&text=x"),
    Row(OUTSIDE, "POST", "/ar/staff/cases/{asked}/revoke/", "404", body="version=3"),
    Row("omar nadia", "POST", "/ar/staff/cases/{open}/refer/", "404", body="version=1&agency=gam"),
    Row("omar nadia", "POST", "/ar/staff/cases/{open}/archive/", "404", body="version=1&text=x"),
    Row("omar", "POST", "/ar/staff/cases/{asked}/grant/", "404", body="version=3"),
    Row("omar nadia", "POST", "/ar/staff/cases/{closed}/uphold/", "404", body="version=3&text=x"),
    Row("lina", "POST", "/ar/staff/cases/{asked}/close/", "404", body="version=3&outcome=solved&found=x&done=y"),
    # About herself.
    Row("nadia", "POST", "/ar/staff/cases/{about}/accept/", "404", body="version=2&days=3", in_suite=True),
    Row("nadia", "POST", "/ar/staff/cases/{about}/note/", "404", body="version=2&text=x"),
    Row("nadia", "POST", "/ar/staff/cases/{about}/set-aside/end/", "404", body="version=2&person={nadia_key}&text=x"),
    Row("nadia", "POST", "/ar/staff/cases/{about}/assign/", "404", body="version=2&officer={omar_key}"),
    Row("nadia", "POST", "/ar/staff/queue/bulk/", "200 302 400", body="action=assign&case={about}&officer={nadia_key}"),
    # Hidden.
    Row("omar nadia", "POST", "/ar/staff/cases/{hidden}/identity/", "404", body="version=1&reason=سبب", in_suite=True),
    Row(
        "omar",
        "POST",
        "/ar/staff/cases/{hidden}/paper/",
        "404 200",
        body="version=1&reason=سبب&identity=on",
        sees="words",
    ),
    # Not where the case stands: said, and nothing is done.
    Row(
        "omar",
        "POST",
        "/ar/staff/cases/{closed}/accept/",
        "200 404 409",
        body="version=3&days=3",
        sees="words name numbers",
    ),
    Row(
        "omar", "POST", "/ar/staff/cases/{open}/accept/", "200 409", body="version=99&days=3", sees="words name numbers"
    ),
    Row("owner", "POST", "/ar/cases/{closed}/withdraw/", "302 404 409", body="", sees="words name numbers"),
    Row(
        "owner",
        "POST",
        "/ar/cases/{closed}/amend/",
        "302 404 409",
        body="subject=x&details=y",
        sees="words name numbers",
    ),
    Row("owner", "POST", "/ar/cases/{open}/reply/", "302 404 409", body="text=جواب", sees="words name numbers"),
    # The citizen's forms, by another citizen and by staff.
    Row("karim", "POST", "/ar/cases/{open}/withdraw/", "404", in_suite=True),
    Row("karim", "POST", "/ar/cases/{open}/add/", "404", body="text=إضافة"),
    Row("karim", "POST", "/ar/cases/{open}/amend/", "404", body="subject=x&details=y"),
    Row("karim", "POST", "/ar/cases/{closed}/object/", "404", body="text=اعتراض"),
    Row("omar huda sami", "POST", "/ar/cases/{open}/withdraw/", "302 /ar/staff/"),
    Row("visitor", "POST", "/ar/cases/{open}/withdraw/", "302 /ar/sign-in/"),
    Row("visitor", "POST", "/ar/new/complaint/check/", "302 /ar/new/complaint/what/", body="submission=x"),
    Row("omar", "POST", "/ar/new/complaint/agency/", "302 /ar/staff/", body="agency_unknown=on"),
    # Texts, people, messages, rules.
    Row("yusuf sami karim huda haitham", "POST", "/ar/staff/texts/{text}/", "404", body="title=x&found=y"),
    Row("yusuf sami karim huda haitham", "POST", "/ar/staff/texts/{text}/delete/", "404"),
    Row("omar yusuf sami karim huda haitham", "POST", "/ar/staff/macros/{macro}/", "404", body="name=x"),
    Row("omar yusuf sami karim huda haitham", "POST", "/ar/staff/macros/{macro}/delete/", "404"),
    Row("yusuf sami karim huda haitham", "POST", "/ar/staff/cases/{open}/macros/{macro}/", "404", body="send=1"),
    Row("omar yusuf sami karim huda", "POST", "/ar/staff/officers/absence/", "404", body="user={omar_key}"),
    Row(
        "omar yusuf sami karim huda",
        "POST",
        "/ar/staff/officers/reassign/",
        "404",
        body="officer={omar_key}&to={yusuf_key}",
    ),
    Row("omar yusuf sami karim haitham", "POST", "/ar/staff/messages/{message}/", "404", body="act=resend"),
    Row("omar yusuf sami karim haitham", "POST", "/ar/staff/messages/release-sending/", "404"),
    Row(
        "omar yusuf sami karim huda",
        "POST",
        "/ar/staff/messages/words/case_answered/ar/",
        "404",
        body="sms=x&subject=y&text=z",
    ),
    Row("omar yusuf sami karim huda", "POST", "/ar/staff/triage/", "404 405", body="agency=gam"),
    Row("omar yusuf karim huda", "POST", "/ar/staff/calls/{call}/", "404", body="outcome=reached"),
    Row("omar yusuf sami karim", "POST", "/ar/staff/directorate/{consultation}/", "404", body="finding=x&signatory=y"),
    Row(
        "yusuf sami omar karim", "POST", "/ar/admin/accounts/user/{nadia_key}/change/", "404", body="email=x@y.example"
    ),
    Row("huda", "POST", "/ar/admin/accounts/user/{nadia_key}/delete/", "403 404", body="post=yes"),
    Row("yusuf", "POST", "/ar/staff/queue/bulk/", "200 302 400", body="action=remind&case={open}&case={hidden}"),
    # The link of a directorate, altered, and by those who ask.
    Row("visitor", "POST", "/ar/directorate/{token}x/", "404", body="finding=x&signatory=y"),
    Row(
        "omar lina",
        "POST",
        "/ar/directorate/{token}/",
        "409",
        body="finding=x&signatory=y&action=finding",
        sees="words",
    ),
    # Callbacks of carriers without a signature.
    Row("visitor", "POST", "/callbacks/twilio/status/", "403 404", body="MessageSid=SM1&MessageStatus=delivered"),
    Row("visitor", "POST", "/callbacks/twilio/inbound/", "403 404", body="From=%2B962796543210&Body=STOP"),
]
