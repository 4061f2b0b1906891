import pytest

from softmax_cli.errors import BrokenJson
from softmax_cli.reading.json_values import decoded, json_of, kept_text


@pytest.mark.parametrize(
    "record", [b'{"a" 1}', b'{"a":1,}', b"{1:2}", b'["a" 1]', b'{"a":1/3}', b'["\t"]', b'{"a":']
)
def test_what_is_not_json_is_refused(record):
    with pytest.raises(BrokenJson, match="not valid JSON") as caught:
        decoded(record)
    assert "char" not in str(caught.value)


@pytest.mark.parametrize("record", [b"5", b'"a"', b"null"])
def test_a_row_is_an_array_or_an_object(record):
    with pytest.raises(BrokenJson, match="an array or an object"):
        decoded(record)


def test_deep_nesting_is_refused():
    for depth in (101, 500, 1000, 10_000):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b"{'a':", b"}")):
            with pytest.raises(BrokenJson, match="nests arrays and objects more than 100 deep"):
                decoded(opening * depth + b"1" + closing * depth)


def test_what_is_read_however_deep_can_be_written():
    value = b"[" * 99 + b"1" + b"]" * 99
    assert kept_text(value) == value.decode()
    assert json_of(decoded(b"[%s]" % value)) == b"[%s]" % value
    brackets = b'["%s", %s]' % (b"[" * 500, b",".join([b"[1]"] * 500))
    assert len(decoded(brackets)) == 501


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(BrokenJson, match="surrogate"):
        decoded(b'{"\\ud800": 1}')
    assert decoded(b'{"\\ud83d\\ude00": 1}') == {"😀": "1"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b'"a\\n\\"b"', 'a\n"b'),
        (b"null", ""),
        (b"true", "true"),
        (b"1.50", "1.50"),
        (b'{"a": [1, "x"]}', '{"a":[1,"x"]}'),
    ],
)
def test_a_kept_value_is_a_cell_of_text(value, text):
    assert kept_text(value) == text


@pytest.mark.parametrize("row", [b"[1 \xff]", b"[1\n\xff]", b"{'a': '\xff'}"])
def test_a_printed_row_that_is_not_utf8_is_an_error_of_the_input(row):
    with pytest.raises(BrokenJson, match="not UTF-8"):
        decoded(row)
