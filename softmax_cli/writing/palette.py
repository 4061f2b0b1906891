"""Colours that read on dark and on light backgrounds.

Nobody knows a terminal's background. So text is either in the terminal's own colour or on
a background of ours, in black or white, whichever has more contrast: never less than
4.5 : 1. Bars and tracks, which are no text, are of middle brightness.
"""

from functools import lru_cache
from math import isnan, sqrt

from rich.color import Color, ColorSystem
from rich.style import Style

from softmax_cli.pages import Meaning
from softmax_cli.writing.terminal import Colors

RGB = tuple[int, int, int]

SYSTEMS: dict[Colors, ColorSystem] = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}

PLAIN = Style()
DIM = Style(dim=True)
BOLD = Style(bold=True)

_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_NEUTRAL, _BLUE, _ORANGE = (84, 92, 106), (36, 130, 250), (246, 140, 36)
_GREEN, _RED, _AMBER = (26, 127, 55), (196, 30, 44), (230, 176, 32)
_BAR_FROM, _BAR_TO = (66, 104, 224), (0, 150, 160)
_BAR_PLUS, _BAR_MINUS = (40, 120, 224), (208, 100, 16)

_MEANINGS: dict[Meaning, Style] = {
    "plain": PLAIN,
    "strong": BOLD,
    "prediction": BOLD,
    "target": BOLD,
    "dim": DIM,
    "noise": DIM,
}
_VERDICTS: dict[Meaning, tuple[RGB, str]] = {
    "right": (_GREEN, "green"),
    "wrong": (_RED, "red"),
    "near": (_AMBER, "yellow"),
}
_SHADES = 48
# The root of the share below which a tile has no shade.
_BARE = 0.07


def meant(meaning: Meaning, colors: Colors | None) -> Style:
    """The style of what a text means."""
    if meaning in _MEANINGS:
        return _MEANINGS[meaning]
    rgb, name = _VERDICTS[meaning]
    if colors == "standard":
        return Style(color="black" if name == "yellow" else "bright_white", bgcolor=name)
    return on(rgb, colors or "truecolor") + BOLD


def tile(share: float, colors: Colors | None) -> Style:
    """The style of a number's tile: blue above zero, orange below, by the root of its size.

    What is too small for a shade is noise, and a NaN is bare.
    """
    if isnan(share):
        return PLAIN
    size = min(1.0, sqrt(abs(share)))
    if size < _BARE:
        return DIM
    step = round(size * _SHADES)
    return _tile(step if share > 0 else -step, colors or "truecolor")


def pixel(share: float, colors: Colors) -> Color:
    """The colour of an entry in a picture of a matrix."""
    size = min(1.0, sqrt(abs(share)))
    return _color(_mixed(_NEUTRAL, _BLUE if share > 0 else _ORANGE, size), colors)


@lru_cache
def bar(position: int, of: int, colors: Colors | None) -> Style:
    """The style of a bar's character, by its position on the track."""
    if colors == "standard":
        return Style(color="blue")
    steps = 16
    part = position * steps // max(1, of) / steps
    return Style(color=Color.from_rgb(*_mixed(_BAR_FROM, _BAR_TO, part)))


@lru_cache
def signed_bar(is_positive: bool, colors: Colors | None) -> Style:
    """The style of a bar to one side of the centre."""
    if colors == "standard":
        return Style(color="blue" if is_positive else "yellow")
    return Style(color=Color.from_rgb(*(_BAR_PLUS if is_positive else _BAR_MINUS)))


@lru_cache
def _tile(step: int, colors: Colors) -> Style:
    if colors == "standard":
        if abs(step) < _SHADES // 4:
            return PLAIN
        return Style(color="bright_white", bgcolor="blue") if step > 0 else _STANDARD_MINUS
    return on(_mixed(_NEUTRAL, _BLUE if step > 0 else _ORANGE, abs(step) / _SHADES), colors)


_STANDARD_MINUS = Style(color="black", bgcolor="yellow")


@lru_cache
def on(rgb: RGB, colors: Colors) -> Style:
    """Text on a background, black or white, as the terminal's colours have it."""
    background = _color(rgb, colors)
    seen = tuple(background.get_truecolor())
    text = max(_WHITE, _BLACK, key=lambda color: contrast(color, seen))
    return Style(color=_color(text, colors), bgcolor=background)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast of two colours as the Web Content Accessibility Guidelines define it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(rgb: tuple[int, ...]) -> float:
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in rgb)
    ]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _mixed(one: RGB, other: RGB, part: float) -> RGB:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _color(rgb: tuple[int, ...], colors: Colors) -> Color:
    red, green, blue = rgb
    return Color.from_rgb(red, green, blue).downgrade(SYSTEMS[colors])
