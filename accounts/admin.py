"""Staff accounts in the admin: users, their roles in agencies, absences and deputies."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.contact.recipients import staff_key
from accounts.identity.staff_citizen_link import citizen_with_phone
from accounts.models import Absence, Membership, User
from accounts.roles import Role
from accounts.sign_in.factors import enrolment
from accounts.sign_in.passwords import rules
from kit.forms import MobileField, PasswordField
from notifications.actions.readdressing import readdress
from notifications.models import Channel


class StaffForm(forms.ModelForm[User]):
    """A staff account; the password is set here and never shown."""

    email = forms.EmailField(label=_("E-mail"), help_text=_("Used to sign in."))
    phone = MobileField(label=_("Mobile number"), required=False)
    new_password = PasswordField(
        label=_("New password"),
        required=False,
        new=True,
        help_text=_("At least 12 characters. Leave empty to keep the current password."),
    )

    class Meta:
        model = User
        fields = ("email", "name_ar", "name_en", "phone", "language", "is_active")

    def clean_email(self) -> str:
        """Refuse an address that is somebody else's login."""
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(login=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This address is already used by another account."))
        return email

    def clean_new_password(self) -> str:
        """Apply the rules for passwords."""
        password: str = self.cleaned_data["new_password"]
        if password:
            rules.check(password, rules.PasswordOwner(email=self.cleaned_data.get("email", "")))
        return password

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - Django's signature
        """Keep login and address the same, and set the password where one was given."""
        user = super().save(commit=False)
        user.is_staff = True
        user.login = self.cleaned_data["email"]
        if user.phone and user.person is None:
            user.person = citizen_with_phone(user.phone)
        if password := self.cleaned_data["new_password"]:
            user.set_password(password)
        elif not user.password:
            user.set_unusable_password()
        if commit:
            user.save()
        return user


class MembershipForm(forms.ModelForm[Membership]):
    """One role of a staff member."""

    class Meta:
        model = Membership
        fields = ("agency", "role", "directorate", "starts_on", "ends_on")

    def clean(self) -> dict[str, Any]:
        """Require a directorate of the same agency for members of a directorate, and refuse one for everybody else."""
        cleaned = super().clean() or {}
        is_member, directorate = cleaned.get("role") == Role.DIRECTORATE_MEMBER, cleaned.get("directorate")
        if is_member and directorate is None:
            self.add_error("directorate", _("Choose the directorate this person belongs to."))
        if directorate is not None and not is_member:
            self.add_error("directorate", _("Leave the directorate empty: only directorate members have one."))
        if directorate is not None and directorate.agency != cleaned.get("agency"):
            self.add_error("directorate", _("This directorate belongs to another agency."))
        return cleaned


class MembershipInline(admin.TabularInline[Membership, User]):
    """The roles of a staff member."""

    model = Membership
    form = MembershipForm
    extra = 0
    autocomplete_fields = ("directorate",)


class AbsenceInline(admin.TabularInline[Absence, User]):
    """The days on which a staff member is away."""

    model = Absence
    fk_name = "user"
    extra = 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer staff only as deputies."""
        if db_field.name == "deputy":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(User)
class StaffAdmin(admin.ModelAdmin[User]):
    """The accounts of staff; citizens and superusers are not shown to operators, and nobody is deleted."""

    form = StaffForm
    inlines: ClassVar = [MembershipInline, AbsenceInline]
    actions: ClassVar = ["forget_factors"]
    list_display = ("email", "name_ar", "name_en", "is_active")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("email", "name_ar", "name_en")
    ordering = ("email",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the staff whom this operator may change."""
        staff = super().get_queryset(request).filter(is_staff=True)
        return staff if request.user.is_superuser else staff.filter(is_superuser=False)

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Save, and send messages that wait for this person to the new address."""
        super().save_model(request, obj, form, change)
        for name, channel, address in (("email", Channel.EMAIL, obj.email), ("phone", Channel.SMS, obj.phone)):
            if change and name in form.changed_data:
                readdress(staff_key(obj.pk), channel, address, at=timezone.now())

    @admin.action(description=_("Remove the second step of signing in, for somebody who lost it"))
    def forget_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Remove all factors of the people chosen, but not one's own; each sets up a new one at the next sign-in."""
        for user in queryset.exclude(pk=request.user.pk):
            enrolment.forget_all(user, at=timezone.now())
            self.log_change(request, user, "second factors removed")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse: a person who leaves may no longer sign in, and stays in the history."""
        del request, obj
        return False
