"""The addresses of the citizens' pages."""

from django.urls import path

from complaints.portal.answers import views as answers
from complaints.portal.cases import file_views, late_views, paper_views, views as cases
from complaints.portal.filing import (
    advice,
    agency_views,
    check_views,
    mandate_views,
    offline_views,
    reading,
    upload_views,
    views as filing,
)
from complaints.portal.known_problems import views as known_problems
from complaints.portal.mandates import paper_views as mandate_papers, views as mandates
from complaints.portal.privacy import views as privacy
from complaints.portal.rating import views as rating
from complaints.portal.sites import views as sites
from complaints.portal.unsent import views as unsent

urlpatterns = [
    path("", cases.home, name="home"),
    path("new/danger/", reading.danger_notice, name="danger-notice"),
    path("new/agencies/", reading.agency_search, name="agency-search"),
    path("new/offline/", offline_views.new_offline, name="new-offline"),
    path("new/shared/", offline_views.share, name="share"),
    path("new/<kind:kind>/", filing.new, name="new"),
    path("new/<kind:kind>/agency/", agency_views.new_agency, name="new-agency"),
    path("new/<kind:kind>/topics/", agency_views.new_topics, name="new-topics"),
    path("new/<kind:kind>/what/", filing.new_what, name="new-what"),
    path("new/<kind:kind>/check/", check_views.new_check, name="new-check"),
    path("new/<kind:kind>/choose/", advice.new_choose, name="new-choose"),
    path("new/<kind:kind>/restart/", filing.new_restart, name="new-restart"),
    path("new/<kind:kind>/own/", mandate_views.new_own, name="new-own"),
    path("new/<kind:kind>/files/", upload_views.new_files, name="new-files"),
    path("new/<kind:kind>/files/<uuid:pk>/", upload_views.new_file, name="new-file"),
    path("cases/", cases.cases, name="cases"),
    path("account/mandates/<uuid:pk>/papers/", mandate_papers.papers, name="mandate-papers"),
    path("cases/for/<uuid:pk>/", mandates.cases_for, name="cases-for"),
    path("cases/for/<uuid:pk>/<kind:kind>/", mandates.file_for, name="file-for"),
    path("cases/<ref:ref>/", cases.case, name="case"),
    path("cases/<ref:ref>/receipt/", filing.receipt, name="receipt"),
    path("cases/<ref:ref>/add/", cases.case_add, name="case-add"),
    path("cases/<ref:ref>/amend/", cases.case_amend, name="case-amend"),
    path("cases/<ref:ref>/reply/", cases.case_reply, name="case-reply"),
    path("cases/<ref:ref>/object/", cases.case_object, name="case-object"),
    path("cases/<ref:ref>/withdraw/", cases.case_withdraw, name="case-withdraw"),
    path("cases/<ref:ref>/remind/", late_views.case_remind, name="case-remind"),
    path("cases/<ref:ref>/ask-unit/", late_views.case_ask_unit, name="case-ask-unit"),
    path("cases/<ref:ref>/receipt.pdf", paper_views.case_pdf, name="case-pdf"),
    path("cases/<ref:ref>/files/<uuid:pk>/", file_views.case_file, name="case-file"),
    path("cases/<ref:ref>/rate/", rating.case_rate, name="case-rate"),
    path("rate/<str:token>/", rating.by_link, name="rating"),
    path("answers/", answers.answers, name="answers"),
    path("problems/", known_problems.problem_list, name="known-problems"),
    path("problems/join/", known_problems.join, name="known-problem-join"),
    path("problems/leave/", known_problems.leave, name="known-problem-leave"),
    path("problems/<int:problem>/", known_problems.problem_page, name="known-problem"),
    path("embed/<int:site>/", sites.embedded, name="embedded"),
    path("embed/<int:site>/check/", sites.check, name="embedded-check"),
    path("embed/<int:site>/begin/", sites.begin, name="embedded-begin"),
    path("badge.svg", sites.badge, name="badge"),
    path("cases/unsent/<uuid:pk>/", unsent.unsent_form, name="unsent-form"),
    path("track/", cases.track, name="track"),
    path("check/<str:token>/", paper_views.check, name="receipt-check"),
    path("account/copy/", privacy.copy, name="account-copy"),
    path("account/copy/<slug:form>/", privacy.copy_file, name="account-copy-file"),
    path("account/requests/", privacy.data_requests, name="account-requests"),
]
