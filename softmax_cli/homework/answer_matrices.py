"""Jacobians as JSON holds them: matrices, or objects with a matrix in a member."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from softmax_cli.errors import BrokenJson, SoftmaxError, UnequalTables, counted
from softmax_cli.homework.answer_table import AnswerRows
from softmax_cli.homework.claims import claim
from softmax_cli.reading import files, json_values
from softmax_cli.reading.json import records
from softmax_cli.reading.layout import Layout
from softmax_cli.values import Block

# What our own output calls the matrix.
_MEMBER = "jacobian"

_Matrix = list[list[Any]]


def rows(chunks: Iterator[bytes], source: str, classes: int) -> Iterator[AnswerRows] | None:
    """Return the rows of the matrices of a text, those of each matrix together.

    Args:
        chunks: the text.
        source: what the user calls it.
        classes: how many rows and columns each matrix has.

    Returns:
        The rows, or None if the text does not begin with a matrix in JSON. They raise a
        SoftmaxError for what is not such a matrix.

    Raises:
        SoftmaxError: the text is blank, or its first row is not JSON.
    """
    line, is_json, texts = files.start(files.text_chunks(chunks, source), source)
    if not is_json:
        return None
    layout = Layout(source, json=True)
    found = _decoded(files.json_blocks(texts, source, line), layout)
    first = next(found, None)
    if first is None or _matrix(first[1]) is None:
        return None
    return (_rows(row, line, classes, layout) for line, row in chain([first], found))


def _decoded(blocks: Iterator[Block], layout: Layout) -> Iterator[tuple[int, Any]]:
    """Yield what each row of JSON holds, with the line that it starts on."""
    for block in blocks:
        for line, record in records(block):
            try:
                row = json_values.decoded(record)
            except SoftmaxError as error:
                raise error.at(layout.place(line)) from None
            yield line, row


def _matrix(row: Any) -> _Matrix | None:
    """Return the matrix that a row is, or that is one of its members."""
    candidates = [row]
    if isinstance(row, dict):
        candidates = [row[_MEMBER]] if _MEMBER in row else [*row.values()]
    matrices = [candidate for candidate in candidates if _is_matrix(candidate)]
    return matrices[0] if len(matrices) == 1 else None


def _is_matrix(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(line) is list for line in value)


def _rows(row: Any, line: int, classes: int, layout: Layout) -> AnswerRows:
    """Return the rows of one matrix.

    Raises:
        SoftmaxError: the row holds none, or one of another shape, or with other things in it
            than numbers.
    """
    place = layout.place(line)
    matrix = _matrix(row)
    if matrix is None:
        raise BrokenJson(place, reason="the row has no matrix, and the first row has one")
    for numbers in matrix:
        if len(numbers) != classes:
            raise UnequalTables(place, found=len(numbers), expected=classes)
    if len(matrix) != classes:
        reason = f"the matrix has {counted(len(matrix), 'row')}, and there are {classes} classes"
        raise BrokenJson(place, reason=reason)
    texts = [[json_values.text_of(number) or "null" for number in numbers] for numbers in matrix]
    try:
        claims = [[claim(text) for text in numbers] for numbers in texts]
    except SoftmaxError as error:
        raise error.at(place) from None
    return AnswerRows(
        np.array([[claim.value for claim in numbers] for numbers in claims]),
        np.array([[claim.half for claim in numbers] for numbers in claims]),
        [line] * classes,
        [[text.encode() for text in numbers] for numbers in texts],
    )
