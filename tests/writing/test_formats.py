"""Formats: which are written by whom, and what a terminal shows of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import on_terminal

from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.writing.formats import terminal_form, writer

LAYOUT = Layout("x", b",", 2, (0, 1))


@pytest.mark.parametrize(
    ("form", "opening"), [("csv", b""), ("delimited", b""), ("json", b"[\n"), ("jsonl", b"")]
)
def test_every_machine_format_has_a_writer(form, opening):
    assert writer(LAYOUT, Settings("eval", format=form)).opening == opening


@given(st.text(), st.sampled_from(["utf-8", "ascii"]))
def test_delimited_text_on_a_terminal_cannot_steer_it(text, encoding):
    form = terminal_form("csv", color=True, encoding=encoding)
    shown = form(text.encode(errors="surrogatepass")).decode(encoding)
    assert all(c.isprintable() or c in "\t\r\n" for c in shown)
    assert "\r" not in shown.replace("\r\n", "")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)).map(lambda s: s + "\n"))
def test_harmless_text_is_shown_as_it_is(text):
    assert terminal_form("csv", color=True, encoding="utf-8")(text.encode()) == text.encode()


def test_all_blocks_of_a_table_are_written_by_one_writer():
    settings = Settings("eval")
    layout = Layout("x", width=2, logits=(0, 1), header=("a", "b"))
    assert writer(layout, settings) is writer(layout, settings)
    assert writer(layout, settings).opening == b"a,b\n"
    assert writer(layout._replace(header=("a", "c")), settings).opening == b"a,c\n"


def test_a_terminal_shows_escapes_where_a_pipe_receives_bytes():
    ran = on_terminal("eval", "-f", "csv", "-k", "k", "-p", "1", stdin="k,a,b\n\x1b[31m,0,0\n")
    assert ran.out == "k,a,b\n\\x1b[31m,0.5,0.5\n"


def test_json_on_a_terminal_is_indented_and_reads_back():
    ran = on_terminal("eval", "0", "0", "-f", "json", env={"NO_COLOR": "1"})
    assert ran.out.count("\n") > 5
    assert json.loads(ran.out)[0]["softmax"] == [0.5, 0.5]


def test_json_on_a_terminal_is_coloured_unless_asked_not_to_be():
    assert "\x1b[" in on_terminal("eval", "0", "0", "-f", "json").out
    assert "\x1b[" not in on_terminal("eval", "0", "0", "-f", "json", env={"NO_COLOR": "1"}).out
