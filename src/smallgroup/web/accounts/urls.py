from django.urls import include, path

from smallgroup.web.accounts import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<uuid:organization>/invite/", views.invite, name="invite"),
    path("people/membership/<int:membership>/end/", views.end, name="membership_end"),
    path("people/membership/<int:membership>/back/", views.back, name="membership_back"),
    path("people/membership/<int:membership>/role/", views.role, name="membership_role"),
    path("people/membership/<int:membership>/role/<str:role>/back/", views.role_back, name="membership_role_back"),
    path("people/invitation/<uuid:invitation>/withdraw/", views.withdraw, name="invitation_withdraw"),
    path("join/<str:token>/", views.join, name="join"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]
