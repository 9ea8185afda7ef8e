"""The addresses of registration, sign-in and one's own account, gathered from the rooms of their pages."""

from django.urls import URLPattern, path

from accounts import privacy
from accounts.account import email, notices, password, phone, views as account
from accounts.mandates import pages
from accounts.registration import pages as oidc
from accounts.sign_in import citizens, factor_pages, forgotten_password, sessions, staff
from accounts.staff import changes, invitations, people
from accounts.staff_account import views as staff_account
from accounts.staff_account.factors import views as staff_factors
from accounts.staff_account.notices import views as staff_notices
from accounts.staff_account.password import views as staff_password

urlpatterns: list[URLPattern] = [
    path("register/who/", oidc.who, name="register"),
    path("register/contact/", oidc.contact, name="register-contact"),
    path("register/password/", oidc.password, name="register-password"),
    path("register/code/", oidc.code, name="register-code"),
    path("sign-in/", citizens.sign_in, name="sign-in"),
    path("oidc/start/", oidc.start, name="oidc-start"),
    path("oidc/return/", oidc.returned, name="oidc-return"),
    path("session/", sessions.session, name="session"),
    path("sign-out/", citizens.sign_out, name="sign-out"),
    path("forgot/", forgotten_password.forgot, name="forgot"),
    path("forgot/code/", forgotten_password.forgot_code, name="forgot-code"),
    path("forgot/password/", forgotten_password.forgot_password, name="forgot-password"),
    path("account/", account.account, name="account"),
    path("account/sessions/end/", account.end_other_sessions, name="account-sessions"),
    path("account/apps/<uuid:session>/end/", account.end_app, name="account-app-end"),
    path("account/password/", password.password, name="account-password"),
    path("account/phone/", phone.phone, name="account-phone"),
    path("account/phone/code/", phone.phone_code, name="account-phone-code"),
    path("account/email/", email.email, name="account-email"),
    path("account/email/again/", email.email_again, name="account-email-again"),
    path("account/email/confirm/<str:token>/", email.email_confirm, name="account-email-confirm"),
    path("account/address/", email.address, name="account-address"),
    path("account/notices/", notices.notices, name="account-notices"),
    path("account/mandates/", pages.mandates, name="mandates"),
    path("account/mandates/new/<slug:way>/", pages.ask, name="mandate-ask"),
    path("account/mandates/<uuid:pk>/", pages.mandate, name="mandate"),
    path("account/mandates/<uuid:pk>/give/", pages.give, name="mandate-give"),
    path("account/mandates/<uuid:pk>/refuse/", pages.refuse, name="mandate-refuse"),
    path("account/mandates/<uuid:pk>/end/", pages.end, name="mandate-end"),
    path("account/push/", notices.push_on, name="push-on"),
    path("account/push/<uuid:pk>/off/", notices.push_off, name="push-off"),
    path("account/views/", privacy.views, name="account-views"),
    path("account/policy/", privacy.accept_policy, name="policy-accept"),
    path("staff/sign-in/", staff.sign_in, name="staff-sign-in"),
    path("staff/sign-in/factor/", staff.factor, name="staff-sign-in-factor"),
    path("staff/sign-in/enrol/", staff.enrol, name="staff-sign-in-enrol"),
    path("staff/sign-in/codes/", staff.codes, name="staff-sign-in-codes"),
    path("staff/sign-in/forgot/", staff.forgot, name="staff-forgot"),
    path("staff/sign-in/forgot/<uuid:pk>/<str:token>/", staff.new_password, name="staff-new-password"),
    path("staff/confirm/", factor_pages.confirm, name="staff-confirm"),
    path("staff/confirm/again/", factor_pages.press_again, name="staff-confirm-again"),
    path("staff/account/", staff_account.account, name="staff-account"),
    path("staff/account/password/", staff_password.password, name="staff-account-password"),
    path("staff/account/notices/", staff_notices.notices, name="staff-account-notices"),
    path("staff/account/factors/new/", staff_factors.add, name="staff-account-factor"),
    path("staff/account/factors/<uuid:pk>/remove/", staff_factors.remove, name="staff-account-remove"),
    path("staff/account/codes/", staff_factors.codes, name="staff-account-codes"),
    path("staff/account/sessions/end/", staff_account.end_other_sessions, name="staff-account-sessions"),
    path("invitation/<str:token>/", invitations.invitations_view_accept, name="staff-invitation"),
    path("staff/people/", people.people, name="people"),
    path("staff/people/invite/", people.invite, name="people-invite"),
    path("staff/people/changes/", changes.changes, name="staff-changes"),
    path("staff/people/changes/<int:change>/", people.decide, name="staff-change"),
    path("staff/people/<uuid:person>/", people.person, name="person"),
    path("staff/people/<uuid:person>/details/", people.details, name="person-details"),
    path("staff/people/<uuid:person>/role/", people.propose, name="person-role"),
    path("staff/people/<uuid:person>/role/<int:membership>/end/", people.end_role, name="person-role-end"),
    path("staff/people/<uuid:person>/invitation/", people.invitation, name="person-invitation"),
    path("staff/people/<uuid:person>/access/", people.access, name="person-access"),
    path("staff/people/<uuid:person>/absence/", people.plan, name="person-absence"),
    path("staff/people/<uuid:person>/absence/<int:absence>/end/", people.end, name="person-absence-end"),
]
machine_urlpatterns: list[URLPattern] = []
