"""The addresses of complaints: the citizens' pages, the desk's, and the short links of messages."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from complaints import urls_desk
from complaints.views import advice, citizen, directorates, files, filing
from complaints.workflow import Kind


class KindConverter(StringConverter):
    """One of the four kinds."""

    regex = "|".join(Kind.values)


class ReferenceConverter(StringConverter):
    """A tracking number: ten digits, whether or not there is such a case."""

    regex = "[0-9]{10}"


register_converter(KindConverter, "kind")
register_converter(ReferenceConverter, "ref")

urlpatterns = [
    path("", citizen.home, name="home"),
    path("new/<kind:kind>/", filing.new, name="new"),
    path("new/<kind:kind>/agency/", filing.new_agency, name="new-agency"),
    path("new/<kind:kind>/what/", filing.new_what, name="new-what"),
    path("new/<kind:kind>/check/", filing.new_check, name="new-check"),
    path("new/<kind:kind>/choose/", advice.new_choose, name="new-choose"),
    path("new/<kind:kind>/restart/", filing.new_restart, name="new-restart"),
    path("cases/", citizen.cases, name="cases"),
    path("cases/<ref:ref>/", citizen.case, name="case"),
    path("cases/<ref:ref>/receipt/", filing.receipt, name="receipt"),
    path("cases/<ref:ref>/add/", citizen.case_add, name="case-add"),
    path("cases/<ref:ref>/amend/", citizen.case_amend, name="case-amend"),
    path("cases/<ref:ref>/reply/", citizen.case_reply, name="case-reply"),
    path("cases/<ref:ref>/object/", citizen.case_object, name="case-object"),
    path("cases/<ref:ref>/withdraw/", citizen.case_withdraw, name="case-withdraw"),
    path("cases/<ref:ref>/files/<uuid:pk>/", files.case_file, name="case-file"),
    path("track/", citizen.track, name="track"),
    path("directorate/<str:token>/", directorates.by_link, name="directorate"),
    path("directorate/<str:token>/files/<uuid:pk>/", directorates.link_file, name="directorate-file"),
    *urls_desk.urlpatterns,
]

machine_urlpatterns = [path("r/<slug:token>/", citizen.short_link, name="short-link")]
