"""Strict local stand-ins for the outside world: they refuse what the real services refuse."""
