from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AuditLog(AppConfig):
    name = "smallgroup.web.audit_log"
    label = "audit_log"

    def ready(self) -> None:
        from smallgroup.web.audit_log.triggers import lay_chain, teach

        connection_created.connect(teach)
        post_migrate.connect(lay_chain, sender=self)
