"""Where the command ``trialbook`` begins: Ctrl-C is answered in words from the first moment.

Loading the commands takes a tenth of a second or more, and whoever breaks it off then has nothing
to lose and no use for a traceback. So hardly anything is imported before the answer is in place.
"""

import os
import signal

BEFORE = b"Interrupted before anything had begun.\n"
INTERRUPTED = 130


def main() -> None:
    """Load the commands and run the one that was asked for."""
    # Whoever starts it in the background, where Ctrl-C is ignored, wants it to go on.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end_at_once)
    from helpers.book.commands import main as trialbook

    trialbook()


def end_at_once(*_: object) -> None:
    """Answer Ctrl-C while the commands are being loaded, where no error could be caught."""
    os.write(2, BEFORE)
    os._exit(INTERRUPTED)


def begin() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from now on, which the commands tell in words."""
    if signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
