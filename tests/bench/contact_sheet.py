"""Every table, light and dark, at 60, 80 and 120 columns, as pictures to look at.

Usage: python tests/bench/contact_sheet.py DIRECTORY

Writes DIRECTORY/index.html, and index-light.png and index-dark.png where Chromium is
installed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

DIGITS = Path(__file__).resolve().parent.parent / "data" / "digits_logits.csv"
WIDTHS = (60, 80, 120)
ANIMALS = ("cat=2", "dog=1", "bird=0.1")
THIRTY = tuple(str((k * 7 % 13) / 4) for k in range(30))
MANY = tuple(str((k * 37 % 101) / 20) for k in range(1000))

RUNS: dict[str, tuple[str, ...]] = {
    "one vector": ("eval", *ANIMALS),
    "typed fractions": ("eval", "1/3", "ln(2)", "-inf", "-1.5"),
    "ties": ("eval", "a=2", "b=2", "c=1"),
    "saturated": ("eval", "800", "0", "40"),
    "logarithms": ("eval", *ANIMALS, "--log"),
    "thirty classes": ("eval", *THIRTY),
    "a thousand classes": ("eval", *MANY, "--rows", "12"),
    "names": ("eval", "猫=2", "👩‍🔬=1.5", "a" * 60 + "=1", "\x1bred\u202e=0.5"),
    "many vectors": ("eval", "--csv", str(DIGITS), "-k", "label", "--rows", "12"),
    "a few vectors": ("eval", "2 1 0.1; 0 0 5; 1 1 1"),
    "top": ("eval", "--csv", str(DIGITS), "-k", "label", "--top", "3", "--rows", "4"),
    "Jacobian": ("jacobian", *ANIMALS),
    "Jacobian of ten": ("jacobian", *THIRTY[:10]),
    "Jacobian of thirty": ("jacobian", *THIRTY),
    "Jacobian of a thousand": ("jacobian", *MANY),
    "diagonal": ("jacobian", *ANIMALS, "--diagonal"),
    "row of a Jacobian": ("jacobian", *ANIMALS, "--output", "dog"),
    "cross-entropy": ("grad", *ANIMALS, "--target", "dog"),
    "upstream": ("grad", *ANIMALS, "--upstream", "1,0,-1"),
    "prediction": ("grad", *ANIMALS),
    "many gradients": (
        *("grad", "--csv", str(DIGITS), "--target-column", "label"),
        *("--loss", "--rows", "8"),
    ),
    "digits": ("eval", "2", "1", "0.1", "--digits", "30"),
}


def main() -> None:
    """Write the sheet and its pictures."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (name, arguments) in enumerate(RUNS.items()):
        for width in WIDTHS:
            picture = directory / f"{number}-{width}.svg"
            picture.write_bytes(drawn(arguments, width))
        cells = "".join(f'<img src="{number}-{width}.svg">' for width in WIDTHS)
        rows.append(f"<h2>{name}</h2><div>{cells}</div>")
    style = "body{font-family:sans-serif;background:Canvas;color:CanvasText} div{display:flex}"
    style += " :root{color-scheme:light dark} img{margin:6px;align-self:start}"
    page = directory / "index.html"
    page.write_text(f"<meta charset=utf-8><style>{style}</style>{''.join(rows)}")
    for theme in ("light", "dark"):
        photographed(page, directory / f"index-{theme}.png", theme)


def drawn(arguments: tuple[str, ...], width: int) -> bytes:
    """Return the program's picture at a width."""
    environ = os.environ | {"COLUMNS": str(width)}
    command = (sys.executable, "-m", "softmax_cli", *arguments, "-q", "-f", "svg")
    return subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True).stdout


def photographed(page: Path, picture: Path, theme: str, height: int = 9000) -> None:
    """Photograph a page, if Chromium is installed."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("no Chromium here: look at the pages instead")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    if theme == "dark":
        options.append("--blink-settings=preferredColorScheme=0")
    else:
        options.append("--blink-settings=preferredColorScheme=1")
    size = f"--window-size=2460,{height}"
    subprocess.run(
        [browser, *options, size, f"--screenshot={picture}", page.as_uri()],
        check=True,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
