"""What goes wrong in a way that somebody at the screen can do something about."""


class MendableError(RuntimeError):
    """A failure whose message is for people; the command line shows it without a traceback."""
