from django.urls import path

from smallgroup.web.quotes import views

urlpatterns = [
    path("quick/", views.quote_start, name="quote_start"),
    path("", views.quote_list, name="quote_list"),
]
