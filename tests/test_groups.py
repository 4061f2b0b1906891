"""Groups: vectors whose classes stand in rows, as users meet them."""

import gzip
import json
import math
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import SCRIPT, environment, softmax, start

SCORES = "q,d,s\nq1,a,1\nq1,b,2\nq2,c,0\n"
MIXED = "q,d,s\nq1,a,1\nq2,c,0\nq1,b,2\n"


def test_rows_with_equal_keys_share_out_one():
    ran = softmax("eval", "--by", "q", "-c", "s", "--keep", "d", stdin=SCORES)
    assert ran.out == "q,d,s\nq1,a,0.2689414213699951\nq1,b,0.7310585786300049\nq2,c,1.0\n"
    assert (ran.err, ran.status) == ("", 0)


def test_the_first_of_each_group_is_its_winner():
    ran = softmax("eval", "--by", "q", "-c", "s", "--keep", "d", "--top", "1", stdin=SCORES)
    assert ran.out == ("q,d,rank,class,probability\nq1,b,1,b,0.7310585786300049\nq2,c,1,c,1.0\n")


def test_ranks_of_groups_of_several_lengths_stand_in_the_order_of_the_groups():
    text = "q,s\na,1\na,2\na,3\nb,7\nc,5\nc,9\nd,4\n"
    ran = softmax("eval", "--by", "q", "--top", "2", "-p", "2", stdin=text)
    assert ran.out == (
        "q,rank,class,probability\na,1,3,0.67\na,2,2,0.24\nb,1,1,1.00\n"
        "c,1,2,0.98\nc,2,1,0.02\nd,1,1,1.00\n"
    )


@pytest.mark.parametrize(
    ("options", "text", "answer"),
    [
        (
            ["eval", "--log", "-p", "3"],
            "q,s\na,0\na,0\nb,1\n",
            "q,s\na,-0.693\na,-0.693\nb,0.000\n",
        ),
        (["eval", "--append"], "q,s\na,0\na,0\n", "q,s,softmax_s\na,0,0.5\na,0,0.5\n"),
        (["eval", "-f", "tsv"], 's,q\n0,"x,y"\n0,"x,y"\n', "s\tq\n0.5\tx,y\n0.5\tx,y\n"),
        (["eval"], 'q,s\n"a",0\na,0\n', 'q,s\n"a",0.5\na,0.5\n'),
        (["eval"], "q;s\r\na;0\r\na;0\r\n", "q;s\r\na;0.5\r\na;0.5\r\n"),
        (["eval", "--digits", "3"], "q,s\na,0\na,0.1\n", "q,s\na,0.475\na,0.525\n"),
        (["grad", "--target", "2", "-p", "2"], "q,s\na,0\na,0\n", "q,s\na,0.50\na,-0.50\n"),
        (["grad", "--output", "1", "-p", "2"], "q,s\na,0\na,0\n", "q,s\na,0.25\na,-0.25\n"),
        (["grad", "--upstream", "1,0"], "q,s\na,0\na,0\n", "q,s\na,0.25\na,-0.25\n"),
    ],
)
def test_options_work_within_a_group(options, text, answer):
    ran = softmax(*options, "--by", "q", stdin=text)
    assert (ran.out, ran.status) == (answer, 0)


def test_a_target_column_marks_a_row_or_is_a_distribution():
    text = "q,s,y\na,0,0\na,0,1\nb,0,.5\nb,0,.5\nc,3,1.0\n"
    options = ("grad", "--by", "q", "--target-column", "y")
    ran = softmax(*options, "--loss", "-p", "2", stdin=text)
    assert ran.out == (
        "q,s,y,loss\na,0.50,0,0.69\na,-0.50,1,0.69\nb,0.00,.5,0.69\nb,0.00,.5,0.69\n"
        "c,0.00,1.0,0.00\n"
    )
    objects = [
        json.loads(line)
        for line in softmax(*options, "-f", "jsonl", stdin=text).out.split("\n")[:-1]
    ]
    assert [found["of"] for found in objects] == [
        {"target": 2},
        {"target": [0.5, 0.5]},
        {"target": 1},
    ]
    assert [found["loss"] for found in objects] == [math.log(2), math.log(2), 0]


def test_a_target_column_marks_the_row_of_a_whole_column_too():
    ran = softmax("grad", "--target-column", "y", "-p", "2", stdin="s,y\n0,1\n0,0\n")
    assert ran.out == "s,y\n-0.50,1\n0.50,0\n"


def test_an_object_holds_a_group_with_its_key_once():
    ran = softmax("eval", "--by", "q", "-f", "jsonl", "--keep", "d", stdin=SCORES)
    first, second = map(json.loads, ran.out.splitlines())
    assert first["classes"] == ["a", "b"]
    assert first["prediction"] == "b"
    assert first["keep"] == {"q": "q1", "d": ["a", "b"]}
    assert second["classes"] == ["c"]


def test_our_objects_of_groups_read_back():
    options = ("-f", "jsonl", "-p", "6")
    text = "q,d,s\nq1,a,1\nq1,b,2\nq2,a,3\nq2,b,1\n"
    ran = softmax("eval", "--by", "q", "--keep", "d", *options, stdin=text)
    again = softmax("eval", "-c", "input", *options, stdin=ran.out)
    shares = [json.loads(line)["softmax"] for line in ran.out.splitlines()]
    assert [json.loads(line)["softmax"] for line in again.out.splitlines()] == shares


def test_json_rows_are_grouped_by_members_with_their_type():
    rows = [{"q": 1, "s": 0}, {"q": 1, "s": 0}, {"q": "1", "s": 5}]
    for text in (json.dumps(rows), "\n".join(map(json.dumps, rows))):
        ran = softmax("eval", "--by", "q", "-f", "json", stdin=text)
        found = json.loads(ran.out)
        assert [one["softmax"] for one in found] == [[0.5, 0.5], [1.0]]
        assert [one["keep"]["q"] for one in found] == [1, "1"]


def test_a_table_shows_a_group_a_row_under_its_key():
    ran = softmax("eval", "--by", "q", "-f", "table", stdin="q,s\nx,0\nx,0\ny,1\n")
    assert "softmax · 2 vectors" in ran.out
    assert any(line.startswith("x ") for line in ran.out.splitlines())


def test_rows_before_a_group_that_returns_are_written():
    ran = softmax("eval", "--by", "q", "--keep", "d", stdin=MIXED)
    assert (ran.out, ran.status) == ("q,d,s\nq1,a,1.0\nq2,c,1.0\n", 1)
    note, error = ran.err.splitlines()
    assert note == "Note: stdin:2: one value only, whose softmax is always 1"
    assert error.startswith("Error: stdin:4: the group 'q1' comes back after another group: sort")


@pytest.mark.parametrize(
    ("text", "options", "answers"),
    [
        ("q,s\na,1\nb,3\nb,3\na,2\na,9\nc,1\nb,1\nd,7\n", [], "a1.0 b0.5 b0.5 c1.0 d1.0"),
        ("q,s\na,1\nb,3\nb,3\na,2\na,9\nc,1\nb,1\nd,7\n", ["-f", "table"], None),
        (
            "".join(f'{{"q":"{q}","s":1}}\n' for q in "abbaacbd"),
            ["-f", "csv"],
            "a1.0 b0.5 b0.5 c1.0 d1.0",
        ),
    ],
)
def test_a_group_that_returns_is_left_out_where_bad_rows_are(text, options, answers):
    ran = softmax("eval", "-q", "--by", "q", "--on-error", "skip", *options, stdin=text)
    assert ran.status == 1
    first = 5 if text.startswith("q") else 4
    starts = [error.partition(" comes back")[0] for error in ran.err.splitlines()]
    assert starts == [
        f"Error: stdin:{first}: the group 'a'",
        f"Error: stdin:{first + 3}: the group 'b'",
    ]
    if answers:
        assert "".join(ran.out.splitlines(keepends=True)[1:]).replace(",", "").split() == (
            answers.split()
        )


@pytest.mark.parametrize("jobs", [1, 3])
def test_groups_that_return_are_reported_in_order_whichever_process_answers(jobs):
    rows = "".join(f"g{row // 4},1\n" for row in range(300_000))
    text = f"q,s\n{rows}g7,1\ng7,1\nlast,1\n"
    ran = softmax("eval", "--by", "q", "--on-error", "skip", "-j", str(jobs), stdin=text)
    assert ran.status == 1
    assert ran.out.endswith("g74999,0.25\nlast,1.0\n")
    assert ran.err.startswith("Error: stdin:300002: the group 'g7' comes back after another group")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("text", "options"),
    [
        (MIXED, ["--keep", "d"]),
        ("# note\n" + MIXED, ["--keep", "d"]),
        (MIXED.replace(",", "\t"), ["--keep", "d"]),
        (MIXED.replace(",", ";"), ["--keep", "d"]),
        (MIXED.replace(",", " "), ["--keep", "d"]),
        (MIXED.replace(",", "|"), ["--keep", "d"]),
        ("q1,1\nq2,0\nq1,2\n", ["--by", "1"]),
        ("q,r,s\nq1,b,1\nq1,a,0\nq1,b,2\n", ["--by", "q,r"]),
        ('"q","s"\n"q1",1\n"q2",0\n"q1",2\n', []),
        ('{"q":"q1","s":1}\n{"q":"q2","s":0}\n{"q":"q1","s":2}\n', []),
        ('[{"q":"q1","s":1},{"q":"q2","s":0},{"q":"q1","s":2}]', []),
        ('["q1",1]\n["q2",0]\n["q1",2]\n', ["--by", "1"]),
        ('[["q1",1],["q2",0],["q1",2]]', ["--by", "1"]),
    ],
)
def test_the_sort_that_is_named_mends_the_table(tmp_path, text, options, packed):
    if text[0] in "[{":
        pytest.importorskip("shutil").which("jq") or pytest.skip("this system has no jq")
    file = tmp_path / "some scores.csv"
    file.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    options = ["eval", *(() if "--by" in options else ("--by", "q")), *options, "-p", "2"]
    for source, before in ((["--csv", file.name], ""), ([], "cat 'some scores.csv'")):
        given = b"" if source else file.read_bytes()
        ran = softmax(*options, *source, stdin=given, cwd=tmp_path)
        assert ran.status == 1
        command = ran.err.partition("sort first: ")[2].strip()
        assert command.endswith(" | softmax …")
        command = command.removesuffix("softmax …").replace("… |", f"{before} |", 1)
        again = subprocess.run(
            ["sh", "-c", command + " " + subprocess.list2cmdline([SCRIPT, *options, "-q"])],
            cwd=tmp_path,
            capture_output=True,
            env=environment(),
            check=False,
        )
        assert (again.returncode, again.stderr) == (0, b"")
        assert again.stdout.count(b"0.27") == 1
        assert again.stdout.count(b"0.73") == 1


@pytest.mark.parametrize(
    "text",
    [
        'q,s\n"Smith, A",1\n"Smith, B",2\n"Smith, A",3\n',
        'q,n,s\na,"x\ny",1\nb,p,2\na,q,3\n',
        '"q\nq",s\na,1\nb,2\na,3\n',
        "q,n,s\n" + 'a,"x\ny",1\n' + "a,x,2\n" * 60_000 + "b,x,1\na,x,1\n",
    ],
    ids=["delimiters", "newlines", "a header", "another block"],
)
def test_no_sort_is_named_that_would_tear_quoted_cells(text):
    ran = softmax("eval", "-c", "s", "--by", "1", stdin=text)
    assert ran.err.endswith(
        " first, with a tool that reads CSV, since quotes hold a delimiter or a newline\n"
    )


@pytest.mark.parametrize(
    ("options", "answer", "reason"),
    [
        (
            ["grad", "--target", "2"],
            "q,s\na,0.5\na,-0.5\n",
            "--target: '2' is not a class: the only class is 1",
        ),
        (
            ["grad", "--upstream", "1,0"],
            "q,s\na,0.25\na,-0.25\n",
            "--upstream: 2 numbers for 1 class",
        ),
        (
            ["eval", "--labels", "u,v", "--top", "1"],
            "q,rank,class,probability\na,1,u,0.5\n",
            "--labels: 2 names for 1 class",
        ),
    ],
)
def test_a_group_that_an_option_does_not_fit_is_a_bad_one(options, answer, reason):
    text = "q,s\na,0\na,0\nb,1\n"
    ran = softmax(*options, "--by", "q", stdin=text)
    assert (ran.out, ran.err, ran.status) == (answer, f"Error: stdin:4: {reason}\n", 1)
    ran = softmax(*options, "--by", "q", "--on-error", "skip", stdin=text + "c,0\nc,0\n")
    assert ran.out == answer + answer[answer.index("\n") + 1 :].replace("a,", "c,")
    assert (ran.err, ran.status) == (f"Error: stdin:4: {reason}\n", 1)


def test_an_option_that_fits_no_group_is_a_usage_error():
    text = "q,s\na,0\na,0\nb,1\n"
    for options in (["--upstream", "1,x"], ["--target", "0.5,0.6"]):
        ran = softmax("grad", "--by", "q", "--on-error", "skip", *options, stdin=text)
        assert (ran.out, ran.status) == ("", 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["eval", "--by", "q", "1", "2"], "--by goes with a table"),
        (["eval", "--by", "q", "--ragged"], "--by needs columns"),
        (["jacobian", "--by", "q"], "--by"),
        (["eval", "--by", "d"], "--by: 'd' is not a column"),
    ],
)
def test_misuse_is_a_usage_error(arguments, message):
    ran = softmax(*arguments, stdin="q,s\na,1\n")
    assert ran.status == 2
    assert message in ran.err


def test_groups_of_any_length_read_back_from_json():
    text = "q,d,s\nq1,a,1\nq1,b,2\nq2,c,0\n"
    written = softmax("eval", "--by", "q", "-c", "s", "-k", "d", "-f", "jsonl", stdin=text).out
    ran = softmax("eval", "-c", "input", "--ragged", "-f", "jsonl", stdin=written)
    assert (ran.status, ran.err) == (0, "")
    again = [json.loads(line) for line in ran.out.splitlines()]
    for row, first in zip(again, map(json.loads, written.splitlines()), strict=True):
        assert row["keep"]["keep"] == first["keep"]
        assert {**row, "keep": first["keep"]} == first


def test_a_vector_in_a_member_has_no_groups():
    ran = softmax("eval", "--by", "id", stdin='{"id": 7, "logits": [2, 1]}\n')
    assert ran.status == 2
    assert "--by takes one logit a row, and the member 'logits' is a vector" in ran.err


def test_runs_beside_one_column_earn_a_note_that_names_by():
    ran = softmax("eval", "-c", "s", stdin=SCORES)
    assert ran.err == (
        "Note: stdin: the whole column is one vector, though the cells of column 'q' repeat in "
        "runs; --by q takes each run as a vector\n"
    )
    assert softmax("eval", "-c", "s", stdin="d,s\na,1\nb,2\n").err == ""
    assert softmax("eval", "-c", "s", stdin="d,s\na,1\nb,2\na,3\na,4\n").err == ""
    assert softmax("eval", "-c", "s", stdin="d,s\na,1\na,2\n").err == ""


def test_a_group_is_answered_when_the_next_one_begins():
    with start("eval", "--by", "q", "-p", "1") as process:
        process.stdin.write(b"q,s\na,0\na,0\nb,1\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"q,s\n"
        assert process.stdout.readline() == b"a,0.5\n"
        assert process.stdout.readline() == b"a,0.5\n"
        process.stdin.close()
        assert process.stdout.read() == b"b,1.0\n"


def test_a_bad_row_that_is_skipped_is_left_out_of_its_group():
    text = "q,s\na,0\na,x\na,0\nb\nc,1\n"
    ran = softmax("eval", "--by", "q", "--on-error", "skip", stdin=text)
    assert (ran.out, ran.status) == ("q,s\na,0.5\na,0.5\nc,1.0\n", 1)
    assert [line.split(":")[2] for line in ran.err.splitlines()] == ["3", "5"]


def test_a_group_with_a_bad_row_is_not_written():
    ran = softmax("eval", "--by", "q", stdin="q,s\na,0\nb,1\nb,x\n")
    assert (ran.out, ran.status) == ("q,s\na,1.0\n", 1)


def test_a_group_may_go_on_in_the_next_file(tmp_path):
    for name, text in (("1.csv", "q,s\na,0\nb,0\n"), ("2.csv", "q,s\nb,0\nc,1\n")):
        (tmp_path / name).write_text(text)
    ran = softmax("eval", "--by", "q", "--csv", "1.csv", "--csv", "2.csv", cwd=tmp_path)
    assert ran.out == "q,s\na,1.0\nb,0.5\nb,0.5\nc,1.0\n"


def as_json(rows):
    return json.dumps([{"q": q, "s": s} for q, s in rows])


def as_json_lines(rows):
    return "".join(json.dumps({"q": q, "s": s}) + "\n" for q, s in rows)


def as_csv(rows):
    return "q,s\n" + "".join(f"{q},{s}\n" for q, s in rows)


@pytest.mark.parametrize("jobs", ["1", "3"])
@pytest.mark.parametrize(
    "forms",
    [
        [as_csv, as_csv, as_csv],
        [as_json, as_json, as_json],
        [as_json_lines, as_json, as_json_lines],
        [as_json, as_json_lines, as_json],
    ],
)
def test_groups_are_the_same_wherever_a_file_ends(tmp_path, forms, jobs):
    rows = [(f"g{i // 7}", i % 5) for i in range(9_000)]
    ends = [0, 6_000, 6_003, 9_000]
    options = []
    for number, form in enumerate(forms):
        path = tmp_path / str(number)
        path.write_text(form(rows[ends[number] : ends[number + 1]]))
        options += ["--csv", path]
    several = softmax("eval", "--by", "q", "-j", jobs, *options)
    assert several.out == softmax("eval", "--by", "q", stdin=as_csv(rows)).out
    assert several.status == 0


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (["q,s\na,1\na,2\n", "q,s\na,3\na,y\nb,1\n"], "b:3"),
        (["q,s\na,1\n", "q,s\na,3\n", "q,s\n\na,y\nb,1\n"], "c:3"),
        (['[{"q":"a","s":1}]', '[{"q":"a","s":2},\n{"q":"a","s":"y"}]'], "b:2: vector 2"),
        (['{"q":"a","s":1}\n', '[{"q":"a","s":"y"},{"q":"b","s":1}]'], "b:1: vector 1"),
    ],
)
def test_an_error_in_a_group_that_spans_files_names_its_file(tmp_path, texts, place):
    options = []
    for name, text in zip("abc", texts, strict=False):
        (tmp_path / name).write_text(text)
        options += ["--csv", name]
    ran = softmax("eval", *options, "--by", "q", "--on-error", "skip", "-q", cwd=tmp_path)
    assert ran.err == f"Error: {place}: column 's': 'y' is not a number\n"


def test_an_error_stands_before_its_group_in_a_further_file(tmp_path):
    for name, rows in (("a", [["a", 1]]), ("b", [["a", 2], ["b", 1], ["b", "x"], ["c", 1]])):
        (tmp_path / name).write_text(json.dumps(rows))
    ran = softmax("eval", "--by", "1", "-p", "2", "--csv", "a", "--csv", "b", cwd=tmp_path)
    assert ran.out == "a,0.27\na,0.73\n"
    assert ran.err == "Error: b:1: vector 3: column 2: 'x' is not a number\n"


sizes = st.lists(st.integers(1, 9), min_size=1, max_size=40)
marks = st.lists(
    st.sampled_from(["-inf", "1.5", "-3", "+7", '"2"', "0", "1/3"]), min_size=9, max_size=9
)


@settings(max_examples=12, deadline=None)
@given(sizes, marks, st.integers(1, 200), st.sampled_from(["delimited", "jsonl"]))
def test_the_bytes_do_not_depend_on_the_reads(groups, cells, step, form):
    rows = [
        (g, r, "4" if r == 0 else cells[r]) for g, size in enumerate(groups) for r in range(size)
    ]
    text = "q,d,s\n" + "".join(f"q{g},d{r},{cell}\n" for g, r, cell in rows)
    arguments = ["eval", "--by", "q", "--keep", "d", *(("-f", form) if form == "jsonl" else ())]
    whole = softmax(*arguments, stdin=text)
    assert whole.status == 0
    data = text.encode()
    with start(*arguments) as process:
        for i in range(0, len(data), step):
            process.stdin.write(data[i : i + step])
            process.stdin.flush()
        process.stdin.close()
        assert process.stdout.read().decode() == whole.out


@pytest.mark.parametrize(
    "options",
    [["eval"], ["eval", "--top", "2"], ["eval", "-f", "json"], ["grad", "--target", "1", "--loss"]],
)
def test_the_bytes_do_not_depend_on_the_number_of_processes(tmp_path, options):
    file = tmp_path / "long.csv"
    lengths = [1 + i * i % 97 for i in range(2600)] + [90_000] + [3] * 2000
    rows = (
        f"q{g},{(g * 7919 + r * 104729) % 1000 / 37}\n"
        for g, n in enumerate(lengths)
        for r in range(n)
    )
    file.write_text("q,s\n" + "".join(rows))
    assert file.stat().st_size > 4 << 20
    one, *others = (
        softmax(*options, "--by", "q", "--csv", str(file), "--jobs", jobs)
        for jobs in ("1", "2", "3", "7")
    )
    assert one.status == 0
    assert all(other == one for other in others)


def test_a_group_that_returns_is_found_whatever_the_number_of_processes(tmp_path):
    file = tmp_path / "long.csv"
    rows = [f"q{i // 9},{i % 9}\n" for i in range(300_000)] + ["q17,1\n"]
    file.write_text("q,s\n" + "".join(rows))
    one, two = (softmax("eval", "--by", "q", "--csv", str(file), "--jobs", n) for n in ("1", "2"))
    assert one == two
    assert one.status == 1
    assert one.out.count("\n") == 300_001
    assert ":300002: the group 'q17' comes back" in one.err


def test_our_own_json_reads_back_with_other_names_and_with_the_same_classes():
    named = softmax("eval", "cat=1", "dog=2", "-f", "jsonl").out
    ran = softmax("eval", "-c", "input", "--labels", "p,q", "-f", "jsonl", stdin=named)
    assert (ran.err, json.loads(ran.out)["classes"]) == ("", ["p", "q"])
    numbered = softmax("eval", "1", "2", "-f", "jsonl", "--zero-based").out
    of_second = softmax("grad", "1", "2", "--target", "2").out
    for options in ((), ("--zero-based",), ("--ragged",)):
        ran = softmax(
            *("grad", "-c", "input", "--target", "1", "-f", "jsonl", *options), stdin=numbered
        )
        assert json.loads(ran.out)["grad"] == json.loads(f"[{of_second}]")


def test_a_bad_entry_of_a_first_vector_costs_its_row_alone():
    text = '{"id":1,"l":[1,"x"]}\n{"id":2,"l":[0,0]}\n'
    ran = softmax("eval", "-c", "l", "--on-error", "skip", stdin=text)
    assert (ran.status, ran.out) == (1, "id,1,2\n2,0.5,0.5\n")
    assert ran.err == "Error: stdin:1: column '2': 'x' is not a number\n"


PREDICTED = "the gradient is that of the probability of the predicted class,"


@pytest.mark.parametrize(
    ("command", "text", "note"),
    [
        ("grad", "1\n2\n", f"stdin:1: {PREDICTED} 2"),
        ("grad", "q,s\na,1\na,2\nb,2\nb,1\n", f"stdin:2: {PREDICTED} 2"),
        ("eval", "1\n", "stdin:1: one value only, whose softmax is always 1"),
        ("eval", "q,s\na,1\nb,2\nb,1\n", "stdin:2: one value only, whose softmax is always 1"),
        ("eval", ".2\n.3\n.5\n", "stdin:1: the values are probabilities already: they sum to 1"),
        ("jacobian", "[1]", "stdin:1: one value only, whose softmax is always 1"),
    ],
)
def test_the_first_vector_of_a_column_or_of_groups_is_noted(command, text, note):
    by = ("--by", "q") if "q" in text else ()
    ran = softmax(command, *by, stdin=text)
    assert (ran.err, ran.status) == (f"Note: {note}\n", 0)
    assert softmax(command, *by, "-q", stdin=text).err == ""


@pytest.mark.parametrize(
    "options", [["-f", "table"], ["--steps"], ["--check", "0.2,0.3,0.5"], ["--verify"]], ids=str
)
def test_a_page_about_a_column_comes_with_the_note_on_it(options):
    command = "grad" if "--verify" in options else "eval"
    ran = softmax(command, *options, stdin=".2\n.3\n.5\n")
    assert ran.err == "Note: stdin:1: the values are probabilities already: they sum to 1\n"
    assert ran.out


def test_the_vector_that_is_noted_is_the_first_with_an_answer():
    ran = softmax("grad", "--on-error", "skip", stdin="1\nx\n2\n")
    assert ran.err.splitlines() == [
        "Error: stdin:2: column 1: 'x' is not a number",
        f"Note: stdin:1: {PREDICTED} 2",
    ]
    text = "q,s\na,x\nb,3\nb,1\n"
    ran = softmax("grad", "--by", "q", "--on-error", "skip", stdin=text)
    assert ran.err.splitlines() == [
        "Error: stdin:2: column 's': 'x' is not a number",
        f"Note: stdin:3: {PREDICTED} 1",
    ]


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_first_group_alone_is_noted_whichever_process_answers(jobs):
    rows = "".join(f"g{row // 4},{row % 7 / 8}\n" for row in range(200_000))
    ran = softmax("grad", "--by", "q", "--jobs", str(jobs), stdin=f"q,s\n{rows}")
    assert (ran.err, ran.status) == (f"Note: stdin:2: {PREDICTED} 4\n", 0)


@pytest.mark.parametrize(
    "bad", ["{bad", '{"a": 1, "b":', "[]", "{}", '{"a": 1, "a": 2}', "[1, 2", '{"a": "x']
)
def test_a_bad_first_line_of_json_lines_costs_that_line_only(bad):
    good = '{"a": 0, "b": 0}\n{"a": 1, "b": 1}\n'
    ran = softmax("eval", "--on-error", "skip", stdin=f"{bad}\n{good}")
    assert (ran.status, ran.out) == (1, "a,b\n0.5,0.5\n0.5,0.5\n")
    assert ran.err.startswith("Error: stdin:1: ")
    assert ran.err.count("\n") == 1
    stopped = softmax("eval", stdin=f"{bad}\n{good}")
    assert (stopped.status, stopped.out) == (1, "")
    assert stopped.err.startswith("Error: stdin:1: ")


def test_a_document_begins_with_its_first_good_row():
    ran = softmax("eval", "--on-error", "skip", stdin='[[], {"a": 1, "a": 2}, [0, 0]]')
    assert (ran.status, ran.out) == (1, "0.5,0.5\n")
    assert [line[: len("Error: stdin:1: vector 1:")] for line in ran.err.splitlines()] == [
        "Error: stdin:1: vector 1:",
        "Error: stdin:1: vector 2:",
    ]
    none = softmax("eval", "--on-error", "skip", stdin="[]\n{}\n")
    assert none.err == "Error: stdin:1: the vector is empty: it needs at least one number\n"
