from django.apps import AppConfig


class Accounts(AppConfig):
    name = "smallgroup.web.accounts"
    label = "accounts"
