"""A contact sheet of hits: one HTML file that needs nothing beside it, with a picture of every hit."""

from retriever.sheet.page import check, page, save

__all__ = ["check", "page", "save"]
