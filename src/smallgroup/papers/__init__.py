"""Papers as PDF: a proposal, a letter with a decision, a letter that asks for papers, a broker's statement.

Each is one function from values, as the command line's JSON has them, to bytes. Equal values make equal bytes: the
day comes in, and no clock, font or file of the machine does. A paper for a client is another template than the
broker's, and is never handed what only the broker may read.
"""

from smallgroup.papers.decision import decision_letter
from smallgroup.papers.proposal import proposal
from smallgroup.papers.request import request_letter
from smallgroup.papers.statement import statement

COPIES = ("broker", "client")

__all__ = ["COPIES", "decision_letter", "proposal", "request_letter", "statement"]
