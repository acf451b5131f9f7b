"""How an index comes to be: everything offline. Imports retriever; is imported by cli."""
