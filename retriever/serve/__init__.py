"""A page and a JSON API over an index, for one machine: ``with Server(port=0) as server: print(server.address)``."""

from retriever.serve.server import Server

__all__ = ["Server"]
