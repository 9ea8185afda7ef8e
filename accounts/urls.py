"""The addresses of the doors and of one's own account."""

from django.urls import URLPattern, path

from accounts.views import account, doors, reach, registration, staff

urlpatterns: list[URLPattern] = [
    path("register/who/", registration.who, name="register"),
    path("register/reach/", registration.reach, name="register-reach"),
    path("register/password/", registration.password, name="register-password"),
    path("register/code/", registration.code, name="register-code"),
    path("sign-in/", doors.sign_in, name="sign-in"),
    path("sign-out/", doors.sign_out, name="sign-out"),
    path("forgot/", doors.forgot, name="forgot"),
    path("forgot/code/", doors.forgot_code, name="forgot-code"),
    path("forgot/password/", doors.forgot_password, name="forgot-password"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path("account/phone/", account.phone, name="account-phone"),
    path("account/phone/code/", account.phone_code, name="account-phone-code"),
    path("account/email/", reach.email, name="account-email"),
    path("account/email/again/", reach.email_again, name="account-email-again"),
    path("account/email/confirm/<str:token>/", reach.email_confirm, name="account-email-confirm"),
    path("account/notices/", reach.notices, name="account-notices"),
    path("staff/sign-in/", staff.sign_in, name="staff-sign-in"),
]
machine_urlpatterns: list[URLPattern] = []
