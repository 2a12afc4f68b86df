from django.apps import AppConfig


class Cases(AppConfig):
    name = "smallgroup.web.cases"
    label = "cases"
