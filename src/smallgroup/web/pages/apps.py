from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Pages(AppConfig):
    name = "smallgroup.web.pages"
    label = "pages"

    def ready(self) -> None:
        from smallgroup.web.unchanging import lay_triggers

        post_migrate.connect(lay_triggers)
