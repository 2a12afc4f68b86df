from django.urls import path

from smallgroup.web.coverage import renewal_views, views

urlpatterns = [
    path("", views.coverage_list, name="coverage_list"),
    path("renewals/", renewal_views.renewal_list, name="renewal_list"),
    path("enrollments/<uuid:enrollment>/", views.enrollment_page, name="enrollment"),
    path("enrollments/<uuid:enrollment>/confirm/", views.enrollment_confirm, name="enrollment_confirm"),
    path("<uuid:group>/", views.coverage_page, name="coverage"),
    path("<uuid:group>/enroll/", views.enroll, name="enroll"),
    path("<uuid:group>/enroll/undo/", views.enroll_undo, name="enroll_undo"),
    path("<uuid:group>/roster/", views.roster_page, name="roster"),
    path("<uuid:group>/change/<str:kind>/", views.change, name="roster_change"),
    path("<uuid:group>/change-undo/", views.change_undo, name="roster_undo"),
    path("<uuid:group>/participation/", views.participation_page, name="participation"),
    path("<uuid:group>/end/", views.end, name="coverage_end"),
    path("<uuid:group>/end/undo/", views.end_undo, name="coverage_end_undo"),
    path("<uuid:group>/renewal/", renewal_views.renewal_page, name="renewal"),
    path("<uuid:group>/renewal/submit/", renewal_views.renewal_submit, name="renewal_submit"),
]
