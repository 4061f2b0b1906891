import re
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from photographs import BROWSER, photograph
from shown import ANIMALS, EVAL, GRAD, JACOBIAN, draw, gradient, jacobian, probabilities

from softmax_cli.pages import Page
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, OfClass
from softmax_cli.writing.page import page_of
from softmax_cli.writing.pictures import DARK, LIGHT, html, svg
from softmax_cli.writing.terminal import Terminal

EXAMPLES: list[tuple[Answer, Settings]] = [
    (probabilities([2, 1, 0.1], ANIMALS), EVAL),
    (probabilities([2, 1, 0.1], ("<b>&", "猫", "\x1b[0m")), EVAL),
    (probabilities([[2, 1], [0, 5]]), EVAL),
    (jacobian([2, 1, 0.1], ANIMALS), JACOBIAN),
    (jacobian(np.arange(31.0)), JACOBIAN),
    (gradient([0.5, -1, 0.5], OfClass("target", np.array([1]))), GRAD),
]
SVG = "{http://www.w3.org/2000/svg}"


def page(example: tuple[Answer, Settings]) -> Page:
    answer, settings = example
    return page_of([answer], settings)


class Reader(HTMLParser):
    """The text of a document's `pre`."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        """Notice the beginning of the text."""
        self.is_inside = self.is_inside or tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """Notice its end."""
        self.is_inside = self.is_inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        """Take its text."""
        self.text += data if self.is_inside else ""


@pytest.mark.parametrize("example", EXAMPLES)
def test_html_has_the_text_of_the_terminal(example: tuple[Answer, Settings]) -> None:
    reader = Reader()
    reader.feed(html(page(example), Terminal(80)))
    coloured = draw([example[0]], example[1], Terminal(80, "truecolor"))
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert reader.text.rstrip("\n").split("\n") == bare.rstrip("\n").split("\n")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_word_and_number_is_a_text_of_the_svg(example: tuple[Answer, Settings]) -> None:
    root = ET.fromstring(svg(page(example), Terminal(80)))
    texts = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
    drawn = draw([example[0]], example[1], Terminal(80, "truecolor"))
    words = re.sub(r"[█▏▎▍▌▋▊▉▐▀╌│]|\x1b\[[0-9;]*m", " ", drawn).split()
    assert set(words) <= set(texts.split())


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_stands_outside_the_picture(example: tuple[Answer, Settings]) -> None:
    root = ET.fromstring(svg(page(example), Terminal(60)))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in (*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}text")):
        if element.attrib.get("class") == "page":
            continue
        length = float(element.attrib.get("width") or element.attrib["textLength"])
        assert 0 <= float(element.attrib["x"]) <= width - length
        assert 0 <= float(element.attrib["y"]) <= height


def test_the_bars_of_a_picture_are_as_long_as_the_probabilities() -> None:
    root = ET.fromstring(svg(page(EXAMPLES[0]), Terminal(80)))
    lengths: dict[float, float] = {}
    for rect in root.iter(f"{SVG}rect"):
        if "fill" in rect.attrib:
            y = float(rect.attrib["y"])
            lengths[y] = lengths.get(y, 0.0) + float(rect.attrib["width"])
    cat, dog, bird = (lengths[y] for y in sorted(lengths))
    assert abs(dog / cat - 0.24243 / 0.65900) < 0.01
    assert abs(bird / cat - 0.09857 / 0.65900) < 0.01


@pytest.mark.parametrize("picture", [svg, html])
def test_a_picture_is_light_or_dark_as_the_viewer_has_it(picture: object) -> None:
    assert callable(picture)
    assert "prefers-color-scheme:dark" in picture(page(EXAMPLES[0]), Terminal(80))


needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")


@needs_browser
def test_a_browser_shows_the_text_of_the_html(tmp_path: Path) -> None:
    document = tmp_path / "page.html"
    document.write_text(html(page(EXAMPLES[0]), Terminal(80)))
    command = (str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom")
    ran = subprocess.run(
        [*command, document.as_uri()], capture_output=True, text=True, check=True, timeout=90
    )
    assert "cat leads dog 2.7 : 1" in ran.stdout


@needs_browser
@pytest.mark.parametrize(("theme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_a_browser_draws_the_bars_on_the_viewers_background(
    tmp_path: Path, theme: str, colors: tuple[str, str, str]
) -> None:
    document = tmp_path / "page.svg"
    document.write_text(svg(page(EXAMPLES[0]), Terminal(80)))
    pixels = photograph(document, theme, 800, 200)
    assert tuple(pixels[20, 400]) == tuple(bytes.fromhex(colors[0][1:]))
    # The bars go from blue to green, so red is their weakest colour; text is grey.
    is_bar = pixels.max(axis=2).astype(int) - pixels[:, :, 0] > 100
    cat, dog, bird = (int(is_bar[16 + 20 * row + 10].sum()) for row in (2, 3, 4))
    assert abs(dog / cat - 0.24243 / 0.65900) < 0.02
    assert abs(bird / cat - 0.09857 / 0.65900) < 0.02
