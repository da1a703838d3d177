"""Telegram in both directions. Its first lines come with «Telegram for clients, specialists and administrators»."""
