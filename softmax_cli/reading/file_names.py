"""Whether a word on the command line is the name of a file."""

import os
import re

_LIKE_A_FILE_NAME = re.compile(r"(?:~|\.{1,2})?/.*|.*\.[A-Za-z][A-Za-z0-9]*", re.DOTALL)


def names_a_file(word: str) -> bool:
    """Whether there is something to read of this name: a file, a pipe, a device."""
    return bool(word) and "\0" not in word and os.path.exists(word) and not os.path.isdir(word)


def looks_like_a_file(word: str) -> bool:
    """Whether a word looks like the name of a file: `data.csv`, `./x`, `/dev/fd/63`."""
    return bool(_LIKE_A_FILE_NAME.fullmatch(word))
