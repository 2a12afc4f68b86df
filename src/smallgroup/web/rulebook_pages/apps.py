from django.apps import AppConfig


class RulebookPages(AppConfig):
    name = "smallgroup.web.rulebook_pages"
    label = "rulebook_pages"
