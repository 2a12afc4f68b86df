from django.apps import AppConfig


class Coverage(AppConfig):
    name = "smallgroup.web.coverage"
    label = "coverage"
