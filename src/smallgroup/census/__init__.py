"""Rows of a census → members, or every error at once by sheet, row and column. Pure: it opens no file."""
