"""The command line: parses options, calls the library, renders what comes back."""
