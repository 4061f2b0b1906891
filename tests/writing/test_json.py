import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import run

from softmax_cli.commands import answer
from softmax_cli.reading.gather import column, groups
from softmax_cli.reading.layout import Layout, lay_out
from softmax_cli.reading.rows import read, row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block
from softmax_cli.writing import json as written_as_json
from softmax_cli.writing.formats import writer

logits = st.floats(-700, 700) | st.just(-math.inf)
vectors_of_three = st.lists(logits, min_size=3, max_size=3).filter(lambda v: max(v) > -math.inf)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)


def objects(batches, layout, settings):
    """The objects written, the same in one array and a line each."""

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    texts = {}
    for form in ("json", "jsonl"):
        chosen = settings._replace(format=form)
        by = writer(layout, chosen)
        parts = [b"".join(by.write(answer(batch, chosen))) for batch in batches]
        texts[form] = (by.opening + by.between.join(parts) + by.closing).decode()
    whole = json.loads(texts["json"], parse_constant=refuse)
    lines = [json.loads(line, parse_constant=refuse) for line in texts["jsonl"].splitlines()]
    assert whole == lines
    return whole


def typed(*vectors, command="eval", classes=None, **options):
    settings = Settings(command, **options)
    count = len(vectors[0])
    layout = Layout("x", width=count, logits=tuple(range(count)), classes=classes)
    batches = [Batch(np.array([vector], dtype=float), classes) for vector in vectors]
    return objects(batches, layout, settings)


def table(text, command="eval", **options):
    settings = Settings(command, **options)
    first, _, rest = text.partition(b"\n")
    start = Layout("t.csv")
    layout, has_header = lay_out(row_cells(first, start), 1, start, settings)
    block = Block(rest if has_header else text, 1)
    batches = list(read(block, layout, settings))
    if layout.in_rows:
        batches = list(column(batches, layout, settings))
    if layout.by:
        batches = list(groups(block, layout, settings))
    return objects(batches, layout, settings)


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, ["classes", "input", "softmax", "prediction"]),
        ({"log": True}, ["classes", "input", "log_softmax", "prediction"]),
        ({"command": "jacobian"}, ["classes", "input", "jacobian", "prediction"]),
        ({"command": "grad"}, ["classes", "input", "grad", "of", "prediction"]),
        (
            {"command": "grad", "target": "1", "loss": True},
            ["classes", "input", "grad", "of", "loss", "prediction"],
        ),
        (
            {"command": "grad", "target": "0.5,0.25,0.25"},
            ["classes", "input", "grad", "of", "loss", "prediction"],
        ),
    ],
)
def test_every_object_has_the_keys_of_its_command(options, keys):
    for found in typed([2, 1, 0.1], [0, 0, 5], **options):
        assert list(found) == keys


def test_kept_cells_are_kept_by_name():
    (found,) = table(b'k,a,,b\n"x, ""y""",0,7,0\n', keep="k")
    assert found["keep"] == {"k": 'x, "y"', "3": "7"}
    assert found["classes"] == ["a", "b"]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (b"k,k", ["k", "2"]),
        (b",1", ["1", "column 1"]),
        (b"2,", ["2", "column 2"]),
        (b",", ["1", "2"]),
    ],
)
def test_kept_columns_of_one_name_or_none_are_all_kept(header, names):
    (found,) = table(header + b",a,b\nx,y,1,2\n", columns="a,b")
    assert found["keep"] in (
        dict(zip(names, "xy", strict=True)),
        dict(zip(reversed(names), "xy", strict=True)),
    )


def test_the_kept_cells_of_a_column_are_lists():
    (found,) = table(b"k,x\na,0\nb,0\n", keep="k")
    assert found["keep"] == {"k": ["a", "b"]}
    assert found["softmax"] == [0.5, 0.5]


def test_a_gradient_says_what_it_is_of():
    assert typed([2, 1], command="grad")[0]["of"] == {"prediction": 1}
    assert typed([2, 1], command="grad", output="2")[0]["of"] == {"output": 2}
    assert typed([2, 1], command="grad", upstream="1,0")[0]["of"] == {"upstream": [1, 0]}
    assert typed([2, 1], command="grad", target="0.5,0.5")[0]["of"] == {"target": [0.5, 0.5]}
    named = typed([2, 1], command="grad", target="b", classes=("a", "b"))
    assert (named[0]["of"], named[0]["prediction"]) == ({"target": "b"}, "a")


def test_top_is_a_list_best_first():
    (found,) = typed([0, 1, 1], top=2, precision=3, classes=("a", "b", "c"))
    assert found["top"] == [
        {"rank": 1, "class": "b", "probability": 0.422},
        {"rank": 2, "class": "c", "probability": 0.422},
    ]


def test_classes_without_names_are_numbers():
    assert typed([0, 1])[0]["classes"] == [1, 2]
    assert typed([0, 1], zero_based=True)[0]["classes"] == [0, 1]
    assert typed([0, 1], zero_based=True)[0]["prediction"] == 1


@given(
    st.lists(
        st.lists(logits, min_size=3, max_size=3).filter(lambda v: max(v) > -math.inf),
        min_size=1,
        max_size=4,
    )
)
def test_every_number_reads_back_and_a_mask_is_null(vectors):
    for options in ({}, {"log": True}, {"command": "jacobian"}, {"command": "grad"}):
        settings = Settings(**{"command": "eval", **options})
        array = np.array(vectors)
        expected = answer(Batch(array), settings)
        for index, found in enumerate(typed(*vectors, **options)):
            entered = [-math.inf if value is None else value for value in found["input"]]
            assert entered == vectors[index]
            if not options or options == {"log": True}:
                numbers = next(
                    iter(found[key] for key in ("softmax", "log_softmax") if key in found)
                )
                numbers = [-math.inf if value is None else value for value in numbers]
                assert numbers == expected.values[index].tolist()


@given(st.lists(names, min_size=2, max_size=4, unique=True))
def test_any_name_is_valid_json(classes):
    (found,) = typed([0.0] * len(classes), classes=tuple(classes))
    assert found["classes"] == classes
    assert found["prediction"] == classes[0]


def test_an_infinite_loss_is_null():
    assert typed([1, -math.inf], command="grad", target="2", loss=True)[0]["loss"] is None


def test_the_loss_of_a_target_is_always_there():
    (found,) = typed([0, 0], command="grad", target="1")
    assert found["loss"] == pytest.approx(math.log(2))
    assert "loss" not in typed([0, 0], command="grad", upstream="1,0")[0]


def test_digits_beyond_a_double_are_numbers():
    settings = Settings("eval", digits=30, format="jsonl")
    batch = Batch(np.array([[1.0, 0.0]]), typed=[[Decimal(1), Decimal(0)]])
    layout = Layout("x", width=2, logits=(0, 1))
    text = b"".join(writer(layout, settings).write(answer(batch, settings)))
    assert b'"softmax":[0.731058578630004879251159241822,0.26894' in text


def test_a_block_of_vectors_is_one_piece_of_text():
    settings = Settings("eval", format="json")
    batch = Batch(np.zeros((500, 3)))
    layout = Layout("x", width=3, logits=(0, 1, 2))
    pieces = list(writer(layout, settings).write(answer(batch, settings)))
    assert len(pieces) == 1


def test_a_jacobian_that_is_large_comes_in_strips():
    settings = Settings("jacobian", format="json")
    batch = Batch(np.zeros((2, 1000)))
    layout = Layout("x", width=1000, logits=tuple(range(1000)))
    by = writer(layout, settings)
    pieces = list(by.write(answer(batch, settings)))
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 20
    found = json.loads(by.opening + b"".join(pieces) + by.closing)
    assert [np.array(one["jacobian"]).shape for one in found] == [(1000, 1000)] * 2
    assert [one["prediction"] for one in found] == [1, 1]


def test_a_name_that_is_not_utf_8_is_valid_json():
    (found,) = typed([1, 0], classes=("a\udcff", "b"))
    assert found["classes"] == ["a\ufffd", "b"]
    assert found["prediction"] == "a\ufffd"


def test_precision_rounds_the_answer_and_not_the_input():
    (found,) = typed([0.123456, 0], precision=2)
    assert found["input"] == [0.123456, 0]
    assert found["softmax"] == [0.53, 0.47]


def test_jacobians_are_matrices_and_one_output_is_a_row():
    assert [found["jacobian"] for found in typed([0, 0], [1, 1], command="jacobian")] == [
        [[0.25, -0.25], [-0.25, 0.25]]
    ] * 2
    (found,) = typed([0, 0], command="jacobian", output="2")
    assert (found["jacobian"], found["of"]) == ([-0.25, 0.25], {"output": 2})
    (found,) = typed([0] * 300, command="jacobian")
    assert np.array(found["jacobian"]).shape == (300, 300)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("eval", {}),
        ("eval", {"log": True, "precision": 3}),
        ("eval", {"top": 2}),
        ("grad", {"target": "2", "labels": "a,b,c,d,e"}),
        ("jacobian", {"diagonal": True}),
    ],
)
@pytest.mark.parametrize("text", [b"1,2,-inf,4,5\n", b"1\n2\n-inf\n4\n5\n"], ids=["row", "column"])
def test_a_long_vector_comes_in_parts_of_the_same_text(monkeypatch, command, options, text):
    settings = Settings(command, format="jsonl", **options)
    layout, _ = lay_out(row_cells(text.partition(b"\n")[0], Layout("x")), 1, Layout("x"), settings)
    (batch,) = read(Block(text, 1), layout, settings)
    if layout.in_rows:
        (batch,) = column([batch], layout, settings)
    given = answer(batch, settings)
    whole = list(writer(layout, settings).write(given))
    monkeypatch.setattr(written_as_json, "NUMBERS_IN_A_TEXT", 2)
    parts = list(writer(layout, settings).write(given))
    assert b"".join(parts) == b"".join(whole)
    assert len(whole) == 1
    assert len(parts) > 6


def test_the_jacobian_of_a_column_is_one_object():
    ran = run(["jacobian", "-f", "json", "-p", "2"], b"0\n0\n")
    (found,) = json.loads(ran.out)
    assert found["jacobian"] == [[0.25, -0.25], [-0.25, 0.25]]
