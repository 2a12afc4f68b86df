from django.apps import AppConfig


class Groups(AppConfig):
    name = "smallgroup.web.groups"
    label = "groups"
