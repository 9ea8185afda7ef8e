"""Deeds done to many cases of a list: asked once more, done one by one, and reported one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User, officers_of
from complaints import actions
from complaints.desk.queue import bulk
from complaints.desk.queue.bulk import Choice, Result
from complaints.desk.queue.bulk_actions import Deed, offered_to
from complaints.desk.queue.forms import ConfirmForm, LabelForm, LeadForm, OfficerForm, UnlabelForm
from complaints.desk.queue.tabs import Seat
from complaints.models import Case, Label
from complaints.staff.frame import CASEWORK, frame
from kit.forms import Form


@dataclass(frozen=True)
class Press:
    """One person about to do one deed to the cases that were ticked; ``seen`` are those of them they may see."""

    user: User
    at: datetime
    deed: Deed
    chosen: Sequence[Choice]
    seen: Mapping[str, Case]

    @property
    def oldest(self) -> Case | None:
        """Return the case that was filed first."""
        return min(self.seen.values(), key=lambda case: case.pk, default=None)


@staff_required(CASEWORK)
@require_POST
def press(request: HttpRequest) -> HttpResponse:
    """Ask for what a deed still needs, then do it and say what became of each case.

    What the person may not see stays as it is and is reported so; everything else is done.
    """
    user, at = signed_in_user(request), timezone.now()
    chosen, asked = bulk.read(request.POST.getlist("case")), request.POST.get("deed", "")
    back = _back(request.POST)
    if refusal := _refusal(chosen, asked, Seat(user, at)):
        messages.warning(request, refusal)
        return redirect(back)
    doing = Press(user, at, Deed(asked), chosen, bulk.visible(chosen, by=user, at=at))
    data = request.POST if "send" in request.POST else None
    form = _FORMS[doing.deed](data, doing)
    around = {"doing": doing, "form": form, "back": back, "here": request.POST.get("here", ""), **frame(user, at=at)}
    if data is None or not form.is_valid() or not _is_possible(form, doing):
        around["not_seen"] = [one.reference for one in chosen if one.reference not in doing.seen]
        return render(request, "complaints/desk/queue/bulk.html", around)
    deed, locks = _DEEDS[doing.deed](form, doing), doing.deed != Deed.LINK
    results = bulk.press(_in_order(form, doing), deed, by=user, at=at, locks=locks)
    return render(request, "complaints/desk/queue/bulk_done.html", {**around, **_report(results)})


def _in_order(form: Form, doing: Press) -> list[Choice]:
    """Return what was ticked, the leading case first: every link that is made changes it."""
    return sorted(doing.chosen, key=lambda one: one.reference != form.cleaned_data.get("lead"))


def _back(sent: QueryDict) -> str:
    """Return the address of the list the cases were ticked in; whatever else was sent leads into the queue too."""
    here = parse_qsl(sent.get("here", ""), max_num_fields=None)
    return f"{reverse('queue')}?{urlencode(here)}" if here else reverse("queue")


def _refusal(chosen: Sequence[Choice], asked: str, seat: Seat) -> str:
    if not chosen:
        return gettext("Choose at least one case first: tick the box in its row.")
    if len(chosen) > bulk.MOST:
        text = gettext("You chose %(number)s cases; at most %(most)s can be done at once. Nothing was changed.")
        return text % {"number": len(chosen), "most": bulk.MOST}
    if asked not in offered_to(seat):
        return gettext("Choose what is to be done to the cases.")
    return ""


def _report(results: Sequence[Result]) -> dict[str, object]:
    done = sum(result.is_done for result in results)
    left = len(results) - done
    return {
        "results": results,
        "done": ngettext("%(count)s case is done.", "%(count)s cases are done.", done) % {"count": done},
        "left": ngettext("%(count)s case was left as it is.", "%(count)s cases were left as they are.", left)
        % {"count": left}
        if left
        else "",
    }


# ---- what each deed needs ----


def _officers(doing: Press) -> list[User]:
    """Return the officers who act today at the agencies of the cases, but for those whom all of these are about."""
    agencies = {case.agency_id: case.agency for case in doing.seen.values() if case.agency}
    found = {
        user.pk: user for agency in agencies.values() for user in officers_of(agency, timezone.localdate(doing.at))
    }
    return [user for user in found.values() if not all(case.is_recused(user) for case in doing.seen.values())]


def _labels(doing: Press) -> list[str]:
    """Return the labels of the own desk that any of the cases has."""
    homes = Seat(doing.user, doing.at).home
    on_them = Label.objects.filter(case__in=doing.seen.values(), agency__in=homes)
    return list(on_them.order_by("name").values_list("name", flat=True).distinct())


def _lead_form(data: QueryDict | None, doing: Press) -> LeadForm:
    return LeadForm(data, lead=doing.oldest.reference if doing.oldest else "")


_FORMS: dict[Deed, Callable[[QueryDict | None, Press], Form]] = {
    Deed.ASSIGN: lambda data, doing: OfficerForm(data, officers=_officers(doing)),
    Deed.REMIND_OFFICER: lambda data, _doing: ConfirmForm(data),
    Deed.REMIND_DIRECTORATE: lambda data, _doing: ConfirmForm(data),
    Deed.LABEL: lambda data, _doing: LabelForm(data),
    Deed.UNLABEL: lambda data, doing: UnlabelForm(data, labels=_labels(doing)),
    Deed.LINK: _lead_form,
}


def _is_possible(form: Form, doing: Press) -> bool:
    """Tell whether the deed can be done at all: the leading case has to be one the person may see."""
    if doing.deed == Deed.LINK and _lead(form, doing) is None:
        form.add_error("lead", gettext("You have no case with this number."))
        return False
    return True


def _lead(form: Form, doing: Press) -> Case | None:
    visible = Case.objects.visible_to(doing.user, at=doing.at)
    return visible.filter(reference=form.cleaned_data["lead"]).first()


# ---- the deeds ----


def _assign(form: Form, doing: Press) -> bulk.Deed:
    officer = form.chosen  # type: ignore[attr-defined]

    def deed(case: Case) -> bool:
        if case.officer_id == officer.pk:
            return False
        actions.assign(case, by=doing.user, at=doing.at, officer=officer)
        return True

    return deed


def _remind(action: Callable[..., None]) -> Callable[[Form, Press], bulk.Deed]:
    def made(_form: Form, doing: Press) -> bulk.Deed:
        def deed(case: Case) -> bool:
            action(case, by=doing.user, at=doing.at)
            return True

        return deed

    return made


def _mark(action: Callable[..., bool]) -> Callable[[Form, Press], bulk.Deed]:
    return lambda form, doing: lambda case: action(case, by=doing.user, at=doing.at, name=form.cleaned_data["name"])


def _link(form: Form, doing: Press) -> bulk.Deed:
    lead = _lead(form, doing)

    def deed(case: Case) -> bool:
        if lead is None or case.pk == lead.pk:
            return False
        actions.link(case, lead, form.cleaned_data["kind"], by=doing.user, at=doing.at)
        return True

    return deed


_DEEDS: dict[Deed, Callable[[Form, Press], bulk.Deed]] = {
    Deed.ASSIGN: _assign,
    Deed.REMIND_OFFICER: _remind(actions.remind_officer),
    Deed.REMIND_DIRECTORATE: _remind(actions.remind_directorate),
    Deed.LABEL: _mark(actions.label),
    Deed.UNLABEL: _mark(actions.unlabel),
    Deed.LINK: _link,
}
