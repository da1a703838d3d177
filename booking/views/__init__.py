"""The client pages W0–W5 of the experience: every step a plain GET or POST, no state in the browser."""
