"""Tables that are read a block at once, and row by row: every command says the same of them."""

import json
from unittest.mock import patch

import orjson  # noqa: F401  (short blocks are read at once only where it is loaded)
from hypothesis import given, settings
from hypothesis import strategies as st
from in_process import run

from softmax_cli.reading import fast, json_fast, keys

plain = st.floats(-30, 30).map(repr)
spelled = st.one_of(
    st.sampled_from(
        ["-inf", "+1", ".5", "1.", "00", "1e5", "1E-3", "0", "-0", "-0.0", '"2"', " 4 "]
    ),
    st.sampled_from(["", "NA", "null", "x", "1,5", "inf", "1e999", "1_0", "true"]),
)
cells = st.sampled_from(
    ["a", "b", "é", "x,y", '"q"', "", " a", "1", "0", "0.5", "1.50", "-0.0", "-0", "null", "1e5"]
)


@st.composite
def tables(draw):
    """Some rows: kept cells, logits, and perhaps a target."""
    classes = ["a", "b", "é"][: draw(st.integers(1, 3))]
    kept = ["id", "lab"][: draw(st.integers(0, 2))]
    numbers = draw(st.sampled_from([plain, st.one_of(plain, spelled)]))
    targets = st.sampled_from([*classes, "0", "1"])
    targets = draw(st.sampled_from([targets, st.one_of(targets, spelled)]))
    row = st.tuples(
        st.lists(cells, min_size=len(kept), max_size=len(kept)),
        st.lists(numbers, min_size=len(classes), max_size=len(classes)),
        st.lists(targets, min_size=1, max_size=1) if draw(st.booleans()) else st.just([]),
    )
    rows = draw(st.lists(row, min_size=1, max_size=6))
    if draw(st.booleans()):
        rows.sort(key=lambda row: row[0])
    return kept, classes, rows


def delimited(draw, table):
    """The table as delimited text."""
    kept, classes, rows = table
    delimiter, newline = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n"]))

    def raw(cell):
        bare = cell.startswith('"') or not {delimiter, '"'} & {*cell}
        return cell if bare else '"' + cell.replace('"', '""') + '"'

    header = [*kept, *classes, *["y"] * len(rows[0][2])]
    lines = [header, *([*before, *logits, *target] for before, logits, target in rows)]
    return newline.join(delimiter.join(map(raw, line)) for line in lines) + newline


def as_json(draw, table):
    """The table as JSON: objects of numbers, or with the vector in one member."""
    kept, classes, rows = table
    is_member = draw(st.booleans())

    def value(cell):
        try:
            json.loads(cell)
        except ValueError:
            return json.dumps(cell, ensure_ascii=False)
        return cell

    objects = []
    for before, logits, target in rows:
        members = list(zip(kept, map(value, before), strict=True))
        if is_member:
            members.append(("v", f"[{', '.join(map(value, logits))}]"))
        else:
            members += zip(classes, map(value, logits), strict=True)
        members += [("y", value(cell)) for cell in target]
        objects.append("{" + ",".join(f'"{name}": {text}' for name, text in members) + "}")
    return "\n".join(objects) + "\n" if draw(st.booleans()) else f"[{', '.join(objects)}]"


@st.composite
def runs(draw):
    """The arguments and the input of a run."""
    table = draw(tables())
    text = draw(st.sampled_from([delimited, as_json]))(draw, table)
    kept, classes, rows = table
    logits = "v" if '"v": [' in text else ",".join(classes)
    arguments = [*draw(st.sampled_from([["eval"], ["grad"], ["jacobian"]])), "-q", "-c", logits]
    if arguments[0] == "grad" and rows[0][2]:
        arguments += ["--target-column", "y"]
        arguments += draw(st.sampled_from([[], ["--zero-based"], ["--one-based"]]))
        arguments += draw(st.sampled_from([[], ["--loss"]]))
    elif arguments[0] == "eval":
        arguments += draw(st.sampled_from([[], ["--append"], ["--top", "1"], ["--log"]]))
    if kept and arguments[0] != "jacobian" and "y" not in arguments and draw(st.booleans()):
        arguments[arguments.index("-c") + 1] = classes[0] if logits != "v" else logits
        arguments += ["--by", "id"]
    for option in ["--on-error", "skip"], ["--missing", "mask"], ["-f", "jsonl"], ["-f", "tsv"]:
        arguments += option if draw(st.integers(0, 3)) == 0 else []
    return arguments, text.encode()


def nothing(*_, **__):
    """Leave everything to the readers of rows."""


@settings(max_examples=400)
@given(runs())
def test_what_is_read_at_once_is_answered_as_what_is_read_row_by_row(the_run):
    with patch.object(keys, "_SMALLEST_BLOCK", 0):
        at_once = run(*the_run)
    with (
        patch.object(fast, "read", nothing),
        patch.object(fast, "locate", nothing),
        patch.object(json_fast, "read", nothing),
        patch.object(json_fast, "columns", nothing),
    ):
        assert run(*the_run) == at_once
    assert "a bug" not in at_once.err
