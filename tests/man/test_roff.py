"""The source of a man page: what is written shows as it is written."""

import roff


def body(markdown):
    head, _, text = roff.page("name", 1, "2026-01-01", "program 1", markdown).partition(".ad l\n")
    assert '.TH NAME 1 2026-01-01 "program 1"' in head
    return text.splitlines()


def test_a_dash_in_code_is_a_dash_and_not_a_hyphen():
    assert body("Type `a -p 3`.") == [".PP", r"Type \fBa \-p 3\fP."]


def test_a_hyphen_between_letters_stays_one():
    assert body("a log-probability") == [".PP", "a log-probability"]


def test_a_minus_before_a_number_is_not_a_hyphen():
    assert body("it is -1 or −1") == [".PP", r"it is \-1 or −1"]


def test_an_option_is_bold_wherever_it_is_named():
    assert body("see --on-error and -p, or (--top)") == [
        ".PP",
        r"see \fB\-\-on\-error\fP and \fB\-p\fP, or (\fB\-\-top\fP)",
    ]


def test_a_sentence_begins_a_line():
    assert body("One. Two,\nand `three`. `Four`? Five") == [
        ".PP",
        "One.",
        r"Two, and \fBthree\fP.",
        r"\fBFour\fP?",
        "Five",
    ]


def test_a_line_that_begins_with_a_point_or_a_quote_is_no_request():
    assert body(".5 is a half") == [".PP", r"\&.5 is a half"]
    assert body("```\n.5\n'a'\n```")[1:] == [".RS 4", ".EX", r"\&.5", r"\(aqa\(aq", ".EE", ".RE"]


def test_an_example_keeps_its_lines_and_every_character():
    assert body("Look:\n\n```console\n$ a \\\n>  b\n\nc\n```\n\nand on") == [
        ".PP",
        "Look:",
        ".PP",
        ".RS 4",
        ".EX",
        r"$ a \e",
        ">  b",
        "",
        "c",
        ".EE",
        ".RE",
        ".PP",
        "and on",
    ]


def test_the_first_paragraph_of_a_section_needs_no_mark():
    assert body("## NAME\n\na\n\n### Sub\n\nb\n\nc") == [
        ".SH NAME",
        "a",
        ".SS Sub",
        "b",
        ".PP",
        "c",
    ]


def test_a_term_is_followed_by_its_definition():
    assert body("**0**\n: Done,\nall of it.") == [".TP", r"\fB0\fP", "Done, all of it."]


def test_items_of_a_list_are_joined_from_their_lines():
    assert body("- one\n  more\n- two") == [r".IP \(bu 2", "one more", r".IP \(bu 2", "two"]
