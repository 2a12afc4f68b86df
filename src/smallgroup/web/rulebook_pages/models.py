"""The rows of measures by which cases are decided, in clear: counts, days and words of a group, and nobody."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from smallgroup.web.cases.models import Case, DecisionRecord
from smallgroup.web.unchanging import Unchanging


class MeasuredCase(models.Model):
    """What the engine measured of a case when it decided it, as one way to count has it (impact.counted_by).

    What a changed guideline would do to the cases is computed from these rows, so that no census is opened for it.
    Never changed: a new decision is measured anew, and the last row counts.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="measured")
    decision_record = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="measured")
    guideline = models.CharField(max_length=60)
    counted_by = models.CharField(max_length=16)
    measures = models.JSONField()
    engine_version = models.CharField(max_length=30)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision_record", "counted_by"], name="one_row_a_way_to_count")
        ]
        indexes: ClassVar = [models.Index(fields=["counted_by", "case", "id"], name="measured_by_way_to_count")]

    unchanging = Unchanging()

    def __str__(self) -> str:
        return f"measures of {self.case_id}, by {self.guideline}"
