from django.apps import AppConfig


class Quotes(AppConfig):
    name = "smallgroup.web.quotes"
    label = "quotes"
