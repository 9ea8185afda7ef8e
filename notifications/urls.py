"""The addresses of the notifications app: none that a person opens in production."""

from django.urls import URLPattern, path

from notifications import views

urlpatterns: list[URLPattern] = []

machine_urlpatterns = [path("dev/outbox/", views.dev_outbox, name="dev-outbox")]
