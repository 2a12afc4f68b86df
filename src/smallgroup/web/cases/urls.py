from django.urls import path

from smallgroup.web.cases import views

urlpatterns = [
    path("", views.case_queue, name="case_queue"),
]
