from django.urls import path

from smallgroup.web.groups import views

urlpatterns = [
    path("", views.group_list, name="group_list"),
]
