"""A contact sheet of hits or items: one HTML file that needs nothing beside it, with a picture of each."""

from retriever.sheet.page import check, page, save

__all__ = ["check", "page", "save"]
