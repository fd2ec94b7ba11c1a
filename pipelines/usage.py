"""Usage: complaints about a call, of one line each."""

import argparse
from typing import NoReturn


class UsageError(Exception):
    """The call is wrong; the message is one line that says what and how to mend it."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are `UsageError`s."""

    def error(self, message: str) -> NoReturn:
        """Raises the complaint."""
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def one_line(error: BaseException) -> str:
    """Returns what an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
