"""A check or a verification ends with a page and the status that the page says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of, settings_for, text_of

from softmax_cli.homework.check import check
from softmax_cli.homework.check_file import check_file
from softmax_cli.homework.checked import Checked
from softmax_cli.homework.verify import verify
from softmax_cli.pages import Page
from softmax_cli.reading.layout import Layout

ANSWERS = ("0.6590 0.2424 0.0986", "0.6586 0.2424 0.0989", "0.7 0.2 0.1", "0.9 0.2 0.1", "1 0 0")
LAYOUT = Layout("arguments", width=3, logits=(0, 1, 2))


@given(st.sampled_from(ANSWERS))
def test_the_status_of_a_check_is_1_exactly_where_the_page_says_wrong(answer):
    settings = settings_for("eval")
    found = check(answer, batch_of("2 1 0.1", settings), settings)
    assert found.status == text_of(found.page).startswith("✗ Wrong")


@pytest.mark.parametrize("first", ANSWERS)
@pytest.mark.parametrize("second", [*ANSWERS, None])
@pytest.mark.parametrize("vectors", [1, 2])
def test_the_status_of_a_table_is_1_exactly_where_the_page_says_wrong(
    tmp_path, first, second, vectors
):
    settings = settings_for("eval")
    path = tmp_path / "answers.csv"
    lines = [answer.replace(" ", ",") for answer in (first, second) if answer]
    path.write_text("\n".join(lines) + "\n")
    batches = [batch_of("2 1 0.1", settings)] * vectors
    found = check_file(str(path), batches, LAYOUT, settings)
    assert found.status == text_of(found.page).startswith("✗ Wrong")
    if len(lines) != vectors:
        assert found.status == 1


@given(st.sampled_from(["2 1 0.1", "0 0", "700 -700", "1 -inf 0"]))
def test_a_verification_that_holds_has_status_0(values):
    settings = settings_for("jacobian")
    found = verify([batch_of(values, settings)], settings)
    assert found.status == 0
    assert "✗" not in text_of(found.page)


def test_what_a_check_found_does_not_change():
    found = Checked(Page(()), 1)
    with pytest.raises(AttributeError):
        found.status = 0
