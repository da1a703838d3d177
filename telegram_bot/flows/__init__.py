"""The screens by subject: each handler reads or commands, and answers with a screen."""
