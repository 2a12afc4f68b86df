"""Where a rule stands: a page and heading of a document, or a section of the law."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that a reader can open.

    `document` is its title with the release ("Broker underwriting guidelines, Georgia (July 2025)") or the
    law's short name ("45 CFR"); `page` is missing for a law; `heading` is the section's own heading or number.
    `unread` says that nobody of this project has yet read the words themselves.
    """

    document: str
    heading: str
    page: int | None = None
    unread: bool = False

    def __str__(self) -> str:
        page = f", page {self.page}" if self.page is not None else ""
        return f"{self.document}{page}, {self.heading}" + (" (text not yet read)" if self.unread else "")

    def as_json(self) -> dict[str, str | int | bool | None]:
        return {"document": self.document, "page": self.page, "heading": self.heading, "unread": self.unread}
