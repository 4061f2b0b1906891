"""Values: a batch and its parts."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.values import Batch, Block, Cells

BATCH = Batch(
    values=np.array([[1.0, 2.0], [3.0, 3.0], [5.0, 4.0]]),
    classes=("a", "b"),
    kept=([b"x", b"y", b"z"],),
    lines=(2, 3, 5),
    targets=np.array([0, 1, 0]),
    typed=[[Decimal(1), Decimal(2)], [Decimal(3), Decimal("3.1")], [Decimal(5), Decimal(4)]],
)


def test_a_block_of_several_files_is_in_parts():
    alone, further = Block(b"1\n", 1), Block(b"23\n", 5)
    assert (alone.parts, alone.size) == ((alone,), 2)
    both = alone._replace(more=(further,))
    assert (both.parts, both.size) == ((alone, further), 5)


@given(st.slices(3))
def test_a_part_holds_the_same_of_everything(chosen):
    part = BATCH.part(chosen)
    rows = [*range(3)[chosen]]
    assert part.values.tolist() == [BATCH.values.tolist()[row] for row in rows]
    assert [*part.kept[0]] == [BATCH.kept[0][row] for row in rows]
    assert [*part.lines] == [BATCH.lines[row] for row in rows]
    assert part.targets.tolist() == [BATCH.targets.tolist()[row] for row in rows]
    assert part.typed == [BATCH.typed[row] for row in rows]
    assert part.classes == BATCH.classes


@given(st.slices(3), st.integers(-3, 2))
def test_cells_are_cut_out_of_their_text_as_a_list_would_hold_them(chosen, row):
    cells = Cells(b"ab,,cde", np.array([0, 3, 4]), np.array([2, 3, 7]))
    texts = [b"ab", b"", b"cde"]
    assert [*cells] == texts
    assert len(cells) == 3
    assert cells[row] == texts[row]
    assert [*cells[chosen]] == texts[chosen]


def test_a_part_of_the_rows_does_not_take_the_text_around_all_of_them():
    whole = BATCH._replace(around=[b"x,", b"\ny,", b"\nz,", b"\n"])
    assert whole.part(slice(0, 2)).around is None
    assert whole.part(slice(0, 3)).around is not None


def test_blocks_of_other_text_are_not_equal_though_they_stand_at_one_place():
    assert Block(b"1,2\n", 1) != Block(b"1,3\n", 1)
    assert hash(Block(b"1,2\n", 1)) == hash(Block(b"1,2\n", 1))


def test_a_prediction_is_the_first_of_the_largest_doubles():
    assert BATCH._replace(typed=None).predictions().tolist() == [1, 0, 0]
    assert BATCH._replace(typed=None).predictions(slice(2, 3)).tolist() == [0]


def test_a_prediction_is_that_of_the_numbers_as_typed_where_they_are_known():
    assert BATCH.predictions().tolist() == [1, 1, 0]


def test_a_class_without_a_name_has_a_number():
    assert BATCH.class_name(1, 1) == "b"
    assert BATCH._replace(classes=None).class_name(1, 1) == "2"
    assert BATCH._replace(classes=None).class_name(1, 0) == "1"
