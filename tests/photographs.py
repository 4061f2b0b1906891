"""Photographs of pages by headless Chromium, as arrays of pixels."""

import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
_SCHEMES = {"dark": 0, "light": 1}


def photograph(page: Path, theme: str, width: int, height: int) -> Any:
    """Return the pixels of a page for a viewer with a theme, shape (height, width, 3)."""
    picture = page.with_name(f"{page.stem}-{theme}.png")
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--blink-settings=preferredColorScheme={_SCHEMES[theme]}",
        f"--window-size={width},{height}",
        f"--screenshot={picture}",
    )
    subprocess.run(
        [str(BROWSER), *options, page.as_uri()], check=True, capture_output=True, timeout=90
    )
    return _pixels(picture.read_bytes())


def _pixels(png: bytes) -> Any:
    """Decode a PNG of eight bits a channel."""
    data, position = b"", 8
    while position < len(png):
        length, kind = struct.unpack_from(">I4s", png, position)
        body = png[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, height, _, color = struct.unpack_from(">IIBB", body)
        elif kind == b"IDAT":
            data += body
        position += length + 12
    channels = {2: 3, 6: 4}[color]
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width * channels + 1)
    before = np.zeros(width * channels, np.uint8)
    rows = []
    for line in lines:
        before = _unfiltered(int(line[0]), line[1:], before, channels)
        rows.append(before.reshape(width, channels)[:, :3])
    return np.array(rows)


def _unfiltered(kind: int, line: Any, above: Any, step: int) -> Any:
    """Undo the filter of a line of a PNG."""
    if kind == 0:
        return line
    if kind == 2:
        return line + above
    if kind == 1:
        return np.cumsum(line.reshape(-1, step), axis=0, dtype=np.uint8).ravel()
    done = [0] * step
    upper = [0] * step + above.tolist()
    for index, value in enumerate(line.tolist()):
        left, over, corner = done[index], upper[index + step], upper[index]
        guess = (left + over) // 2 if kind == 3 else _paeth(left, over, corner)
        done.append((value + guess) & 255)
    return np.array(done[step:], np.uint8)


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda value: abs(estimate - value))
