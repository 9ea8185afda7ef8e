"""Topics as the unit keeps them: limits, signatures, and who may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Topic
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


class TopicForm(DirectoryForm):
    """A topic or a group of topics."""

    class Meta:
        model = Topic
        fields = (
            *("parent", "name_ar", "name_en", "position", "kinds", "agency_kinds", "sectors", "priority", "limit_days"),
            *("hides_identity", "second_signature", "signature_reason", "withheld_from_agency", "suggested_agency"),
            *("place_required", "is_public", "notes"),
            "unverified",
        )
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer groups as the parent and the agencies of today as the usual one."""
        if name == "parent":
            return rows.filter(parent=None, is_active=True)
        return Agency.objects.existing(on=self.today)


TOPICS = DirectoryTable(
    slug="topics",
    model=Topic,
    form=TopicForm,
    title=_("Topics"),
    add_title=_("Add a topic"),
    end_title=_("End the topic"),
    end_label=_("No longer offered from"),
    columns=(
        Column(_("Group"), lambda row: row.parent.name if row.parent else ""),
        Column(_("Limit in working days"), lambda row: row.limit_days),
        Column(_("Second signature"), lambda row: _("Yes") if row.second_signature else _("No")),
        Column(_("Hides the identity"), lambda row: _("Yes") if row.hides_identity else _("No")),
    ),
    joined=("parent",),
)
