"""What stands in the way and the person at the keyboard can mend."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - the name says what the program does, not what the person did wrong
    """One line: what is wrong, where, and what to do. The command line prints it and ends with status 2."""
