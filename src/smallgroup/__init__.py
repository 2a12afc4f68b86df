"""smallgroup: from a small employer's census to a decision and a quote, with the clause behind every answer.

Importing the package loads nothing heavy; each folder is imported where it is used:

    from smallgroup.underwriting import underwrite
    from smallgroup.quoting import quote
"""

__version__ = "0.1.0"
