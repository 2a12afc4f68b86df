from django.urls import path

from smallgroup.web.rulebook_pages import views

urlpatterns = [
    path("", views.rulebook, name="rulebook"),
    path("compare/", views.rulebook_compare, name="rulebook_compare"),
    path("compare/groups.csv", views.rulebook_groups_csv, name="rulebook_groups_csv"),
    path("settled/<int:pk>/undo/", views.rulebook_unsettle, name="rulebook_unsettle"),
    path("settled/<int:pk>/again/", views.rulebook_settle_again, name="rulebook_settle_again"),
    path("<str:book_id>/<str:clause_id>/", views.rulebook_clause, name="rulebook_clause"),
]
