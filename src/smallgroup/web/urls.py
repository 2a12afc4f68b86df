"""Every address of the portal."""

from __future__ import annotations

from django.urls import include, path

from smallgroup.web.pages import views as pages

urlpatterns = [
    path("", pages.front, name="front"),
    path("home/", pages.home, name="home"),
    path("accounts/", include("smallgroup.web.accounts.urls")),
    path("quotes/", include("smallgroup.web.quotes.urls")),
    path("groups/", include("smallgroup.web.groups.urls")),
    path("cases/", include("smallgroup.web.cases.urls")),
    path("coverage/", include("smallgroup.web.coverage.urls")),
    path("rulebook/", include("smallgroup.web.rulebook_pages.urls")),
]
handler403 = "smallgroup.web.pages.refusals.forbidden"
handler404 = "smallgroup.web.pages.refusals.not_found"
handler500 = "smallgroup.web.pages.refusals.failed"
