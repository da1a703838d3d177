"""Notifications in the console."""
