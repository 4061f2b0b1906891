"""From the input to the output, on whichever of its roads the input comes."""

import os

from softmax_cli.answering import announced, answer
from softmax_cli.errors import Empty, NamesAFile, NotANumber, SoftmaxError
from softmax_cli.reading import arguments
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings


def run(settings: Settings) -> int:
    """Answer the input; the status is 1 if rows were left out.

    Raises:
        SoftmaxError: a mistake that ends the run; what came before it has been written.
    """
    if settings.values and settings.values != ("-",):
        return _run_arguments(settings)
    from softmax_cli import tables  # half of the modules are for tables alone

    return tables.run(settings.csv or "-", settings)


def _run_arguments(settings: Settings) -> int:
    vectors = arguments.vectors(settings.values)
    if not vectors:
        raise Empty
    try:
        batches = list(arguments.batches(vectors, settings))
    except NotANumber as mistake:
        raise _with_file_hint(mistake) from None
    classes = batches[0].values.shape[1]
    layout = Layout(
        source="arguments",
        width=classes,
        logits=tuple(range(classes)),
        classes=batches[0].classes,
        ragged=True,
        append=settings.append,
    )
    return answer(announced(batches, layout, settings), layout, settings)


def _with_file_hint(mistake: NotANumber) -> SoftmaxError:
    """The same mistake, unless the argument names a file."""
    text = mistake.data["text"]
    if not os.path.isfile(text):
        return mistake
    import shlex

    return NamesAFile(mistake.place, text=text, remedy=shlex.quote(text))
