"""The addresses of registration, sign-in and one's own account, gathered from the rooms of their pages."""

from django.urls import URLPattern, path

from accounts.account import views as account
from accounts.account.email import views as email
from accounts.account.notices import views as notices
from accounts.account.password import views as password
from accounts.account.phone import views as phone
from accounts.registration import views as registration
from accounts.sign_in.citizens import views as citizens
from accounts.sign_in.forgotten_password import views as forgotten_password
from accounts.sign_in.staff import views as staff

urlpatterns: list[URLPattern] = [
    path("register/who/", registration.who, name="register"),
    path("register/contact/", registration.contact, name="register-contact"),
    path("register/password/", registration.password, name="register-password"),
    path("register/code/", registration.code, name="register-code"),
    path("sign-in/", citizens.sign_in, name="sign-in"),
    path("sign-out/", citizens.sign_out, name="sign-out"),
    path("forgot/", forgotten_password.forgot, name="forgot"),
    path("forgot/code/", forgotten_password.forgot_code, name="forgot-code"),
    path("forgot/password/", forgotten_password.forgot_password, name="forgot-password"),
    path("account/", account.account, name="account"),
    path("account/password/", password.password, name="account-password"),
    path("account/phone/", phone.phone, name="account-phone"),
    path("account/phone/code/", phone.phone_code, name="account-phone-code"),
    path("account/email/", email.email, name="account-email"),
    path("account/email/again/", email.email_again, name="account-email-again"),
    path("account/email/confirm/<str:token>/", email.email_confirm, name="account-email-confirm"),
    path("account/notices/", notices.notices, name="account-notices"),
    path("staff/sign-in/", staff.sign_in, name="staff-sign-in"),
]
machine_urlpatterns: list[URLPattern] = []
