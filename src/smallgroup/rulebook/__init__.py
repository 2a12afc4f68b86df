"""Dated, cited numbers: strict YAML → typed values. The only reader of rulebook/data/.

A folder of data/ is one guideline (`guideline.yaml`) or one body of law (`law.yaml`), and a file in it is one
heading of the document. In a file, `about` says where the heading stands, `clauses` what the clauses under it are
called and what follows when one is not met, and every other key is a term: a list of editions, each with the day
it holds from, and its own page when it stands elsewhere.
"""

from smallgroup.rulebook.guideline import Guideline, guideline, guideline_in_force, guidelines, law
from smallgroup.rulebook.heading import ClauseText, Heading, Paper
from smallgroup.rulebook.layer import Layer, Settled, WantedPaper, read_layer

__all__ = [
    "ClauseText", "Guideline", "Heading", "Layer", "Paper", "Settled", "WantedPaper", "guideline",
    "guideline_in_force", "guidelines", "law", "read_layer",
]  # fmt: skip
