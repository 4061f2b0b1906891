import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.arguments import vectors
from softmax_cli.reading.prints import unwrapped


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("tensor([[2.0, 1.0]], device='cuda:0')", "([[2.0, 1.0]])"),
        ("tensor([2., 1.], dtype=torch.float64, requires_grad=True)", "([2., 1.])"),
        ("tensor([2., 1.], grad_fn=<AddBackward0>)", "([2., 1.])"),
        ("torch.tensor([2., 1.])", "([2., 1.])"),
        ("array([2., 1.])", "([2., 1.])"),
        ("np.array([2., 1.], dtype='<f4')", "([2., 1.])"),
        ("array([[2., 1.],\n       [0., 3.]], dtype=float32)", "([[2., 1.],\n       [0., 3.]])"),
        ("Array([2., 1.], dtype=float32, weak_type=True)", "([2., 1.])"),
        ("[np.float64(2.0), np.int64(1)]", "[2.0, 1]"),
        ("[tensor(2.), tensor(-inf, device='cuda:0')]", "[2., -inf]"),
        ("tensor(2., grad_fn=<SumBackward0>)", "2."),
        ("{'tensor(1)': array(2.)}", "{'tensor(1)': 2.}"),
    ],
)
def test_what_a_library_prints_around_numbers_is_taken_away(text, bare):
    assert unwrapped(text) == bare


@pytest.mark.parametrize(
    "text",
    [
        "2 1 0.1",
        "[2, 1]",
        "ln(2), ln(ln(9))",
        "cat=1, device=2",
        "cat=1,device=inf,dtype=ln(2)",
        "a=1, dtype=float32",
        "tensor=2 array=1",
    ],
)
def test_what_is_not_such_a_print_stays(text):
    assert unwrapped(text) == text


numbers = st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=30)


@given(numbers, st.sampled_from([30, 75]))
def test_what_numpy_prints_reads_back_as_the_same_numbers(values, width):
    import numpy as np

    array = np.array(values, dtype=np.float32)
    with np.printoptions(linewidth=width, floatmode="unique"):
        prints = [repr(array), str(array), repr(list(array)), repr(array.reshape(-1, 1).T)]
    for text in prints:
        (vector,) = vectors([text])
        read = [float(entry.text) for entry in vector.entries]
        assert np.array_equal(np.array(read, dtype=np.float32), array)
