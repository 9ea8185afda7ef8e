"""Requests that no form of ours makes: wrong tokens, methods, encodings, sizes, and text that wants to be code."""

from tests.bench.attack.rows import Row

JSON = {"Content-Type": "application/json"}
FORM = "application/x-www-form-urlencoded"

ROWS = [
    # Without the token of the form, with another's, from another site.
    Row("omar", "POST", "/ar/staff/cases/{open}/note/", "403", body="version=1&text=x", has_token=False, in_suite=True),
    Row("owner", "POST", "/ar/cases/{open}/withdraw/", "403", has_token=False, in_suite=True),
    Row(
        "owner", "POST", "/ar/cases/{open}/withdraw/", "403", headers={"Origin": "https://evil.example"}, in_suite=True
    ),
    Row("owner", "POST", "/ar/cases/{open}/withdraw/", "403", headers={"Origin": "null"}),
    Row("huda", "POST", "/ar/admin/accounts/user/add/", "403", body="email=x@y.example", has_token=False),
    # Methods.
    Row("owner", "DELETE", "/ar/cases/{open}/", "405", in_suite=True),
    Row("owner", "PUT", "/ar/cases/{open}/amend/", "405", body="subject=x"),
    Row("omar", "PATCH", "/ar/staff/cases/{open}/", "405", body="{}", headers=JSON),
    Row("visitor", "TRACE", "/ar/", "405", headers={"X-Probe": "echo-7f3a"}, lacks="echo-7f3a"),
    Row("visitor", "PROPFIND", "/ar/", "405"),
    Row("owner", "POST", "/ar/cases/{open}/", "405", headers={"X-HTTP-Method-Override": "DELETE"}),
    Row("owner", "GET", "/ar/sign-out/", "405"),
    # Text that wants to be code.
    Row("visitor", "GET", "/ar/track/?ref=%3Cscript%3Ealert(1)%3C/script%3E", "200", lacks="<script>alert(1)"),
    Row(
        "visitor",
        "POST",
        "/ar/track/",
        "200",
        body="ref=%22%3E%3Cimg+src%3Dx+onerror%3D1%3E&phone_end=1",
        lacks="<img src=x",
    ),
    Row("visitor", "GET", "/ar/sign-in/?next=%22%3E%3Cscript%3E7", "200", lacks="<script>7"),
    Row("omar", "GET", "/ar/staff/queue/?view='+OR+1=1--", "200", sees="words name numbers"),
    Row("omar", "GET", "/ar/staff/queue/?topic=1);DROP+TABLE+complaints_case;--", "200", sees="words name numbers"),
    Row("omar", "GET", "/ar/staff/queue/?after=eyJhIjoxfQ", "200", sees="words name numbers"),
    Row("yusuf", "POST", "/ar/staff/queue/", "200 302", body="q=%25%27+UNION+SELECT+password+FROM+accounts_user--"),
    Row("yusuf", "POST", "/ar/staff/queue/", "200 302", body="q=%7B%7B7*7191%7D%7D", lacks="50337"),
    Row(
        "yusuf",
        "POST",
        "/ar/staff/texts/new/",
        "200",
        body="title=x&found=%7Bcitizen.__class__%7D&done=y",
        lacks="<class",
    ),
    Row("visitor", "POST", "/ar/sign-in/", "200", body="number=%27+OR+1%3D1--&password=x"),
    Row("visitor", "POST", "/ar/staff/sign-in/", "200", body="email=%27%20OR%20%271%27=%271&password=x"),
    Row("visitor", "POST", "/ar/staff/sign-in/", "200", body="email[$ne]=x&password[$ne]=x"),
    # Letters that cannot be kept.
    Row("visitor", "POST", "/ar/sign-in/", "200 400", body="number=99%0002103456&password=x"),
    Row("visitor", "POST", "/ar/track/", "200 400", body="ref=%ff%fe&phone_end=%00"),
    Row("visitor", "GET", "/ar/track/?ref=%00", "400"),
    Row("visitor", "GET", "/ar/%00/", "400 404"),
    Row("visitor", "GET", "/ar/%c0%ae%c0%ae/", "400 404"),
    Row("visitor", "POST", "/ar/track/", "200 400", body="ref=%ed%a0%80&phone_end=%ed%bf%bf"),
    Row(
        "omar",
        "POST",
        "/ar/staff/cases/{open}/note/",
        "200 400 409",
        body="version=1&text=%00",
        sees="words name numbers",
    ),
    # Encodings and bodies that are not what they say.
    Row("visitor", "POST", "/ar/track/", "415", body="ref=1", headers={"Content-Type": FORM + "; charset=utf-16"}),
    Row("visitor", "POST", "/ar/track/", "200 400", body='{"ref": "{open}"}', headers=JSON),
    Row(
        "visitor",
        "POST",
        "/ar/track/",
        "200 400",
        body="<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
        headers={"Content-Type": "text/xml"},
        lacks="root:",
    ),
    Row("visitor", "POST", "/ar/track/", "200 400", body="x", headers={"Content-Type": "multipart/form-data"}),
    Row(
        "visitor",
        "POST",
        "/ar/track/",
        "200 400",
        body="--b\r\nContent-Disposition: form-data; name=ref\r\n\r\n1",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    ),
    Row(
        "visitor",
        "POST",
        "/ar/track/",
        "200 400",
        body="--b\r\n" * 3000,
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    ),
    Row("visitor", "POST", "/ar/track/", "400", body="&".join(f"a{place}=1" for place in range(10_001)), in_suite=True),
    Row("visitor", "GET", "/ar/track/?" + "&".join(f"a{place}=1" for place in range(900)), "200 400 414"),
    Row("visitor", "GET", "/ar/" + "x" * 3000 + "/", "404 414"),
    # Paths.
    Row("visitor", "GET", "/static/..%2f..%2fconfig/settings.py", "404 400", lacks="SECRET_KEY"),
    Row("visitor", "GET", "/static/%2e%2e/%2e%2e/etc/passwd", "404 400", lacks="root:"),
    Row("visitor", "GET", "/.git/config", "302 404", lacks="[core]"),
    Row("visitor", "GET", "/.env", "302 404", lacks="SECRET_KEY"),
    Row("visitor", "GET", "/ar/admin/accounts/user/", "302 /ar/"),
    Row("visitor", "GET", "/metrics", "404"),
    Row("omar", "GET", "/ar/staff/cases/..%2f..%2fadmin/", "404"),
    Row("omar", "GET", "/ar/staff/cases/{open}/files/00000000-0000-0000-0000-000000000000/", "404"),
    Row("visitor", "GET", "/static/css/", "404", in_suite=True),
    # To another site.
    Row("visitor", "GET", "/ar/sign-in/?next=https://evil.example/", "200", lacks='"https://evil'),
    Row("visitor", "GET", "/ar/sign-in/?next=//evil.example/", "200", lacks='"//evil'),
    Row("visitor", "GET", "/ar/sign-in/?next=/%5Cevil.example/", "200", lacks='"/\\evil'),
    Row("visitor", "GET", "//evil.example/%2e%2e", "302 400 404", lacks="//evil.example\n"),
    Row("visitor", "GET", "/ar/admin/login/?next=//evil.example", "302 /ar/staff/sign-in/"),
    Row("visitor", "GET", "/ar/sign-in/?next=%0d%0aSet-Cookie:%20x=1", "200", lacks="Set-Cookie: x=1"),
    # Headers.
    Row("visitor", "GET", "/ar/", "400", headers={"Host": "evil.example"}, in_suite=True),
    Row("visitor", "GET", "/ar/", "200", headers={"X-Forwarded-Host": "evil.example"}, lacks="evil.example"),
    Row("visitor", "GET", "/ar/account/", "302 /ar/sign-in/", headers={"X-Original-URL": "/ar/", "X-User-ID": "1"}),
    Row("visitor", "GET", "/ar/account/", "302 /ar/sign-in/", headers={"Authorization": "Basic b21hcjpvbWFy"}),
    Row(
        "visitor",
        "GET",
        "/ar/account/",
        "302 /ar/sign-in/",
        headers={"Cookie": "session=0123456789abcdef0123456789abcdef"},
    ),
    Row(
        "visitor",
        "GET",
        "/ar/staff/queue/",
        "302 /ar/staff/sign-in/",
        headers={"Cookie": "session='; sessionid=1; csrf=%00"},
    ),
    Row(
        "visitor",
        "GET",
        "/ar/",
        "200",
        headers={"Referer": "https://evil.example/", "X-Forwarded-Proto": "javascript"},
        lacks="evil.example",
    ),
    Row("visitor", "GET", "/ar/help/", "200", headers={"Accept-Language": "x" * 4000, "Range": "bytes=0-0,1-1,2-2"}),
]
