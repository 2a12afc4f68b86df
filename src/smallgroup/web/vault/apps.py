from django.apps import AppConfig


class Vault(AppConfig):
    name = "smallgroup.web.vault"
    label = "vault"
