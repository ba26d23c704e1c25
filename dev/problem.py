"""What goes wrong in the tooling, said so that the reader knows what to do next."""


class Problem(Exception):
    """Something stands in the way; the message says what, and how to mend it."""


class Stopped(BaseException):
    """A signal asked us to end. Not an Exception: nothing on the way may swallow it.

    `signum` is the signal's number.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum
