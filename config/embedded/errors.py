"""What goes wrong with the embedded servers, in words for the person at the keyboard."""


class EmbeddedError(RuntimeError):
    """What happened and the cure; meant to be shown as it is, without a traceback."""
