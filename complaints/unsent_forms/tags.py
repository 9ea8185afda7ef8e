"""The template tags of forms whose text is kept."""

from __future__ import annotations

from django import forms, template
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from complaints.unsent_forms import marks, pages, store

register = template.Library()


@register.simple_tag(takes_context=True)
def unsent_form(context: Context, *, form: forms.BaseForm | None = None, to: str = "", part: str = "") -> SafeString:
    """Write what a form needs to be kept, and fill it with what its reader left there; stands before its fields.

    ``to`` is the address the form is posted to, where that is another page; ``part`` tells two forms of a page apart.
    """
    request, at = context["request"], timezone.now()
    found = None
    if request.method != "POST" and form is not None and not form.is_bound:
        found = store.find(request.user, pages.form_path(to or request.path_info, part), at=at)
        if found is not None:
            restore(form, found.data)
    return render_to_string(
        "complaints/unsent_forms/form.html", {"key": store.new_key(at=at), "part": part, "found": found}
    )


@register.simple_tag(takes_context=True, name="person_mark")
def mark_of_reader(context: Context) -> str:
    """Return a mark by which the script of a page knows whether the same person is still signed in."""
    return marks.person_mark(context["request"].user)


def restore(form: forms.BaseForm, data: QueryDict) -> None:
    """Fill an unbound form with what was typed, wrong or incomplete as it may be; hidden fields and files stay."""
    for name, field in form.fields.items():
        widget, html_name = field.widget, form.add_prefix(name)
        if widget.is_hidden or widget.needs_multipart_form:
            continue
        if not widget.value_omitted_from_data(data, MultiValueDict(), html_name):
            form.initial[name] = widget.value_from_datadict(data, MultiValueDict(), html_name)
