from django.urls import path

from smallgroup.web.rulebook_pages import views

urlpatterns = [
    path("", views.rulebook, name="rulebook"),
]
