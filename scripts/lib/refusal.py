class Refusal(Exception):
    """A command that cannot go on: its text says why, and the way out."""
