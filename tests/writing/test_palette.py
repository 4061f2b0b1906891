from itertools import product
from typing import Any

import pytest
from rich.color import Color
from rich.style import Style

from softmax_cli.writing import palette
from softmax_cli.writing.pictures import DARK, LIGHT

# What a terminal shows of the sixteen colours, and its own background and text.
XTERM = {"black": (0, 0, 0), "bright_white": (255, 255, 255)} | {
    "green": (0, 128, 0),
    "red": (187, 0, 0),
    "yellow": (187, 128, 0),
    "blue": (0, 0, 187),
}
THEMES = [
    ((255, 255, 255), (0, 0, 0)),
    ((0, 0, 0), (255, 255, 255)),
    ((30, 30, 30), (212, 212, 212)),
]
COLORS: list[Any] = ["standard", "256", "truecolor"]


def rgb(color: Color) -> tuple[int, ...]:
    return XTERM[color.name] if color.name in XTERM else tuple(color.get_truecolor())


def contrasts(style: Style) -> list[float]:
    """The contrast of a style's text on its background, in every theme.

    A dim text is taken to be two parts of the text's colour and one of the background's.
    """
    found = []
    for background, text in THEMES:
        behind = rgb(style.bgcolor) if style.bgcolor else background
        front = rgb(style.color) if style.color else text
        if style.dim:
            front = tuple((2 * f + b) // 3 for f, b in zip(front, behind, strict=True))
        found.append(palette.contrast(front, behind))
    return found


@pytest.mark.parametrize("colors", COLORS)
def test_every_text_has_a_contrast_of_four_and_a_half(colors: Any) -> None:
    meanings: Any = ("plain", "strong", "dim", "noise", "prediction", "target")
    verdicts: Any = ("right", "wrong", "near")
    styles = [palette.meant(meaning, colors) for meaning in (*meanings, *verdicts)]
    styles += [palette.tile(step / 500, colors) for step in range(-500, 501)]
    assert min(contrast for style in styles for contrast in contrasts(style)) >= 4.5


@pytest.mark.parametrize("colors", ["256", "truecolor"])
def test_bars_stand_out_from_every_background(colors: Any) -> None:
    styles = [palette.bar(position, 40, colors) for position in range(40)]
    styles += [palette.signed_bar(is_positive, colors) for is_positive in (True, False)]
    for style, (background, _) in product(styles, THEMES):
        assert style.color
        assert palette.contrast(rgb(style.color), background) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_pictures_have_a_contrast_of_four_and_a_half(theme: Any) -> None:
    page, text, dim = (tuple(bytes.fromhex(color[1:])) for color in theme)
    assert palette.contrast(text, page) >= 4.5
    assert palette.contrast(dim, page) >= 4.5


def test_contrast_is_that_of_the_guidelines() -> None:
    assert palette.contrast((255, 255, 255), (0, 0, 0)) == 21
    assert round(palette.contrast((119, 119, 119), (255, 255, 255)), 2) == 4.48


def test_the_sign_decides_between_blue_and_orange() -> None:
    plus, minus = (palette.tile(share, "truecolor").bgcolor for share in (1.0, -1.0))
    assert plus
    assert minus
    assert plus.get_truecolor().blue > plus.get_truecolor().red
    assert minus.get_truecolor().red > minus.get_truecolor().blue


def test_noise_and_blanks_have_no_shade() -> None:
    assert palette.tile(0.001, "truecolor") == Style(dim=True)
    assert palette.tile(float("nan"), "truecolor") == Style()


def test_bars_of_sixteen_colours_are_blue_and_below_the_centre_yellow() -> None:
    assert [palette.bar(place, 9, "standard").color.name for place in range(9)] == ["blue"] * 9
    found = [palette.signed_bar(positive, "standard").color.name for positive in (True, False)]
    assert found == ["blue", "yellow"]
