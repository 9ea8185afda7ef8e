"""The addresses of the unit."""

from django.urls import path

from complaints.unit.confusions import views as confusions
from complaints.unit.directory import views as directory
from complaints.unit.directory.files import views as files
from complaints.unit.directory.policies import views as policies
from complaints.unit.directory.successions import views as successions
from complaints.unit.ended_agencies import views as ended_agencies
from complaints.unit.identities import decision_views as identity_decisions, views as identities
from complaints.unit.mandates import views as mandates
from complaints.unit.objections import views as objections
from complaints.unit.precedents import views as precedents
from complaints.unit.privacy import breach_views as breaches, oversight_views as oversight, views as privacy
from complaints.unit.program_keys import views as program_keys
from complaints.unit.programs import views as programs
from complaints.unit.published import views as published
from complaints.unit.rules import views as rules
from complaints.unit.triage import views as triage

urlpatterns = [
    path("staff/triage/", triage.triage, name="triage"),
    path("staff/rules/try/", rules.try_out, name="rules-try"),
    path("staff/cases/<slug:ref>/refer/", triage.refer, name="desk-refer"),
    path("staff/cases/<slug:ref>/archive/", triage.archive, name="desk-archive"),
    path("staff/cases/<slug:ref>/uphold/", objections.uphold, name="desk-uphold"),
    path("staff/cases/<slug:ref>/dismiss/", objections.dismiss, name="desk-dismiss"),
    path("staff/precedents/", precedents.precedents_page, name="precedents"),
    path("staff/precedents/new/", precedents.write, name="precedent-new"),
    path("staff/precedents/<int:precedent>/change/", precedents.write, name="precedent-change"),
    path("staff/precedents/<int:precedent>/retire/", precedents.retire, name="precedent-retire"),
    path("staff/confusions/", confusions.confusions_page, name="confusions"),
    path("staff/cases/<slug:ref>/publish/", published.from_case, name="desk-publish"),
    path("staff/answers/", published.published_list, name="published-answers"),
    path("staff/answers/new/", published.write, name="published-answer-new"),
    path("staff/answers/<int:answer>/", published.write, name="published-answer"),
    path("staff/answers/<int:answer>/withdraw/", published.withdraw, name="published-answer-withdraw"),
    path("staff/privacy/requests/", privacy.request_list, name="privacy-requests"),
    path("staff/privacy/requests/<uuid:asked>/", privacy.request_page, name="privacy-request"),
    path("staff/privacy/holds/", privacy.hold_list, name="privacy-holds"),
    path("staff/privacy/holds/<int:hold>/lift/", privacy.lift_hold, name="privacy-hold-lift"),
    path("staff/privacy/views/", oversight.views_page, name="privacy-views"),
    path("staff/privacy/retention/", oversight.retention_page, name="privacy-retention"),
    path("staff/privacy/breaches/", breaches.breach_list, name="privacy-breaches"),
    path("staff/privacy/breaches/<int:breach>/", breaches.breach_page, name="privacy-breach"),
    path("staff/ended-agencies/", ended_agencies.ended_agencies, name="ended-agencies"),
    path("staff/ended-agencies/<slug:agency>/", ended_agencies.ended_agency, name="ended-agency"),
    path("staff/identities/", identities.identities, name="identities"),
    path("staff/identities/<uuid:pk>/", identities.identity, name="identity"),
    path("staff/identities/<uuid:pk>/check/", identity_decisions.check, name="identity-check"),
    path("staff/identities/<uuid:pk>/confirm/", identity_decisions.confirm, name="identity-confirm"),
    path("staff/identities/<uuid:pk>/correct/", identity_decisions.correct, name="identity-correct"),
    path("staff/identities/<uuid:pk>/merge/", identity_decisions.merge, name="identity-merge"),
    path("staff/identities/<uuid:pk>/reject/", identity_decisions.reject, name="identity-reject"),
    path("staff/program-keys/", program_keys.program_keys_page, name="program-keys"),
    path("staff/program-keys/<int:key>/revoke/", program_keys.revoke, name="program-key-revoke"),
    path("staff/mandates/", mandates.mandates, name="unit-mandates"),
    path("staff/mandates/<uuid:pk>/", mandates.mandate, name="unit-mandate"),
    path("staff/mandates/<uuid:pk>/papers/<uuid:file>/", mandates.paper, name="unit-mandate-paper"),
    path("staff/programs/", programs.program_list, name="programs"),
    path("staff/programs/<slug:kind>/<slug:code>/", programs.program_page, name="program"),
    path("staff/programs/<slug:kind>/<slug:code>/secret/", programs.program_secret, name="program-secret"),
    path("staff/directory/", directory.directory, name="directory"),
    path("staff/directory/successions/", successions.successions, name="successions"),
    path("staff/directory/successions/plan/", successions.plan, name="succession-plan"),
    path("staff/directory/successions/<int:succession>/", successions.succession, name="succession"),
    path("staff/directory/successions/<int:succession>/cancel/", successions.cancel, name="succession-cancel"),
    path("staff/directory/usage-policy/", policies.policies, name="directory-policies"),
    path("staff/directory/usage-policy/new/", policies.write, name="directory-policy-new"),
    path("staff/directory/usage-policy/<int:edition>/", policies.edition, name="directory-policy"),
    path("staff/directory/<slug:directory_table>/", directory.rows, name="directory-rows"),
    path("staff/directory/<slug:directory_table>/add/", directory.add, name="directory-add"),
    path("staff/directory/<slug:directory_table>/export/", files.export, name="directory-export"),
    path("staff/directory/<slug:directory_table>/import/", files.import_file, name="directory-import"),
    path("staff/directory/<slug:directory_table>/<int:row>/", directory.row, name="directory-row"),
    path("staff/directory/<slug:directory_table>/<int:row>/change/", directory.change, name="directory-change"),
    path("staff/directory/<slug:directory_table>/<int:row>/end/", directory.end, name="directory-end"),
    path("staff/directory/<slug:directory_table>/<int:row>/follow/", directory.follow, name="directory-follow"),
    path(
        "staff/directory/<slug:directory_table>/<int:row>/changes/<int:change>/drop/",
        directory.drop,
        name="directory-drop",
    ),
]
