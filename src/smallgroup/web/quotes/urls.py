from django.urls import URLPattern, path

from smallgroup.web.quotes import drafting, listing, views


def two_ways(tail: str, name: str, pair: views.Pair) -> list[URLPattern]:
    """By the private link, and by the number behind the door."""
    by_link, by_number = pair
    return [
        path(f"q/<str:token>/{tail}", by_link, name=f"quote_link_{name}"),
        path(f"<uuid:pk>/{tail}", by_number, name=f"quote_{name}"),
    ]


urlpatterns = [
    path("quick/", drafting.quote_start, name="quote_start"),
    path("quick/census-template.xlsx", drafting.template, name="quote_template"),
    path("draft/<uuid:pk>/", drafting.draft, name="quote_draft"),
    path("draft/<uuid:pk>/terms/", drafting.terms, name="quote_terms"),
    path("draft/<uuid:pk>/totals/", drafting.totals, name="quote_totals"),
    path("draft/<uuid:pk>/save/", drafting.save, name="quote_save"),
    *two_ways("", "page", views.page),
    *two_ways("compare/", "compare", views.compare),
    *two_ways("quote.xlsx", "xlsx", views.xlsx),
    *two_ways("proposal.pdf", "pdf", views.pdf),
    *two_ways("modify/", "modify", views.modify),
    *two_ways("copy/", "copy", views.copy),
    path("q/<str:token>/keep/", views.keep, name="quote_keep"),
    path("<uuid:pk>/archive/", views.archive, name="quote_archive"),
    path("<uuid:pk>/back/", views.back, name="quote_back"),
    path("<uuid:pk>/link/", views.renew_link, name="quote_renew_link"),
    path("<uuid:pk>/group/", views.make_group, name="quote_make_group"),
    path("", listing.quote_list, name="quote_list"),
]
