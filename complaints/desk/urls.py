"""The addresses of officers and directorates."""

from django.urls import path

from complaints.desk import start_views
from complaints.desk.acts.answers import views as answers
from complaints.desk.acts.classification import views as classification
from complaints.desk.acts.decisions import views as decisions
from complaints.desk.acts.explanations import views as explanations
from complaints.desk.acts.labels import views as labels
from complaints.desk.acts.links import views as links
from complaints.desk.acts.notes import views as notes
from complaints.desk.acts.partner_tasks import views as partner_tasks
from complaints.desk.acts.praise import views as praise
from complaints.desk.acts.recusals import views as recusals
from complaints.desk.acts.reviews import views as reviews
from complaints.desk.acts.shown_files import views as shown_files
from complaints.desk.acts.urgency import views as urgency
from complaints.desk.acts.voices import views as voices
from complaints.desk.case_page import identity_views, pdf_views, views as case_page
from complaints.desk.directorate import views as directorate
from complaints.desk.known_problems import views as known_problems
from complaints.desk.late_cases import views as late_cases
from complaints.desk.likely_missed import views as likely_missed
from complaints.desk.macros import run_views as macro_runs, step_views as step_pages, views as macros
from complaints.desk.officers import views as officers
from complaints.desk.queue import bulk_report, bulk_views, saved_views, views as queue
from complaints.desk.sites import views as sites
from complaints.desk.texts import views as texts

urlpatterns = [
    path("staff/", start_views.start, name="desk"),
    path("staff/queue/", queue.queue, name="queue"),
    path("staff/queue/counts/", queue.counts, name="queue-counts"),
    path("staff/queue/save/", saved_views.save_filter, name="queue-save-filter"),
    path("staff/queue/forget/", saved_views.delete_filter, name="queue-delete-filter"),
    path("staff/queue/bulk/", bulk_views.bulk_action, name="queue-bulk"),
    path("staff/queue/bulk/undo/", bulk_report.bulk_undo, name="queue-bulk-undo"),
    path("staff/late-cases/", late_cases.late_cases_page, name="late-cases"),
    path("staff/likely-missed/", likely_missed.likely_missed_page, name="likely-missed"),
    path("staff/officers/", officers.officers, name="officers"),
    path("staff/officers/absence/", officers.absence, name="officers-absence"),
    path("staff/officers/absence/end/", officers.absence_end, name="officers-absence-end"),
    path("staff/officers/reassign/", officers.reassign, name="officers-reassign"),
    path("staff/texts/", texts.texts_page, name="texts"),
    path("staff/texts/new/", texts.new_text, name="text-new"),
    path("staff/texts/<int:text>/", texts.change_text, name="text"),
    path("staff/texts/<int:text>/delete/", texts.delete_text, name="text-delete"),
    path("staff/macros/", macros.macros_page, name="macros"),
    path("staff/macros/new/", macros.new_macro, name="macro-new"),
    path("staff/macros/<int:macro>/", macros.change_macro, name="macro"),
    path("staff/macros/<int:macro>/order/", macros.move_step, name="macro-order"),
    path("staff/macros/<int:macro>/delete/", macros.delete_macro, name="macro-delete"),
    path("staff/macros/<int:macro>/add/<slug:macro_act>/", step_pages.add_step, name="macro-step-add"),
    path("staff/macros/<int:macro>/steps/<int:step>/", step_pages.change_step, name="macro-step"),
    path("staff/cases/<slug:ref>/", case_page.case_page, name="desk-case"),
    path("staff/cases/<slug:ref>/files/<uuid:pk>/", case_page.case_file, name="desk-file"),
    path("staff/cases/<slug:ref>/accept/", decisions.accept, name="desk-accept"),
    path("staff/cases/<slug:ref>/decline/", decisions.decline, name="desk-decline"),
    path("staff/cases/<slug:ref>/return/", decisions.return_case, name="desk-return"),
    path("staff/cases/<slug:ref>/ask/", decisions.ask, name="desk-ask"),
    path("staff/cases/<slug:ref>/extend/", decisions.extend, name="desk-extend"),
    path("staff/cases/<slug:ref>/grant/", decisions.grant, name="desk-grant"),
    path("staff/cases/<slug:ref>/close/", answers.close, name="desk-close"),
    path("staff/cases/<slug:ref>/deliver/", praise.deliver, name="desk-deliver"),
    path("staff/cases/<slug:ref>/topic/", classification.classify, name="desk-classify"),
    path("staff/cases/<slug:ref>/sign/", answers.sign, name="desk-sign"),
    path("staff/cases/<slug:ref>/link/", links.link, name="desk-link"),
    path("staff/cases/<slug:ref>/unlink/", links.unlink, name="desk-unlink"),
    path("staff/cases/<slug:ref>/undo/", decisions.undo, name="desk-undo"),
    path("staff/cases/<slug:ref>/refuse-extension/", reviews.refuse_extension, name="desk-refuse-extension"),
    path("staff/cases/<slug:ref>/send-back/", reviews.send_back, name="desk-send-back"),
    path("staff/cases/<slug:ref>/task/", partner_tasks.add_task, name="desk-task"),
    path("staff/cases/<slug:ref>/task/answer/", partner_tasks.answer_task, name="desk-task-answer"),
    path("staff/cases/<slug:ref>/task/drop/", partner_tasks.drop_task, name="desk-task-drop"),
    path("staff/cases/<slug:ref>/label/", labels.label, name="desk-label"),
    path("staff/cases/<slug:ref>/clear-urgent/", urgency.clear_urgent, name="desk-clear-urgent"),
    path("staff/cases/<slug:ref>/remind/", labels.remind, name="desk-remind"),
    path("staff/cases/<slug:ref>/identity/", identity_views.reveal, name="desk-identity"),
    path("staff/cases/<slug:ref>/note/", notes.note, name="desk-note"),
    path("staff/cases/<slug:ref>/ask-explanation/", explanations.ask_explanation, name="desk-ask-explanation"),
    path("staff/cases/<slug:ref>/explain/", explanations.explain, name="desk-explain"),
    path("staff/cases/<slug:ref>/shown-files/", shown_files.show_files, name="desk-show-files"),
    path("staff/cases/<slug:ref>/voice/", voices.transcribe, name="desk-transcribe"),
    path("staff/cases/<slug:ref>/macros/<int:macro>/", macro_runs.run_macro, name="desk-macro"),
    path("staff/cases/<slug:ref>/call/", notes.call, name="desk-call"),
    path("staff/cases/<slug:ref>/assign/", notes.assign, name="desk-assign"),
    path("staff/cases/<slug:ref>/set-aside/", recusals.recuse, name="desk-recuse"),
    path("staff/cases/<slug:ref>/set-aside/end/", recusals.end_recusal, name="desk-end-recusal"),
    path("staff/cases/<slug:ref>/hand-over/", notes.hand_over, name="desk-hand-over"),
    path("staff/cases/<slug:ref>/take-back/", notes.take_back, name="desk-take-back"),
    path("staff/cases/<slug:ref>/paper/", pdf_views.choose, name="desk-pdf"),
    path("staff/cases/<slug:ref>/file.pdf", pdf_views.plain, name="desk-pdf-file"),
    path("staff/cases/<slug:ref>/consult/", directorate.consult, name="desk-consult"),
    path("staff/cases/<slug:ref>/revoke/", directorate.revoke, name="desk-revoke"),
    path("staff/problems/", known_problems.problem_list, name="desk-known-problems"),
    path("staff/problems/new/", known_problems.new_problem, name="desk-known-problem-new"),
    path("staff/problems/<int:problem>/", known_problems.change_problem, name="desk-known-problem"),
    path("staff/problems/<int:problem>/end/", known_problems.end_problem, name="desk-known-problem-end"),
    path("staff/sites/", sites.own_sites, name="desk-sites"),
    path("staff/directorate/", directorate.requests, name="directorate-requests"),
    path("staff/directorate/<int:consultation>/", directorate.request_page, name="directorate-request"),
    path(
        "staff/directorate/<int:consultation>/files/<uuid:file>/",
        directorate.request_file,
        name="directorate-request-file",
    ),
    path("directorate/<str:token>/", directorate.by_link, name="directorate"),
    path("directorate/<str:token>/files/<uuid:pk>/", directorate.link_file, name="directorate-file"),
]
