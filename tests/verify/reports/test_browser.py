"""The page in a real browser: it is laid out as meant, in light and dark. Skipped where there is no Chromium."""

import shutil
import struct
import subprocess
import zlib
from collections import Counter
from pathlib import Path

import pytest

from jaxlint.verify.reports.html import as_html

from .sample import REPORT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

# What the page measures about itself, written where --dump-dom shows it.
PROBE = """<script>
const boxes = [...document.querySelectorAll("figure svg")].map(svg => svg.getBoundingClientRect());
const outside = [...document.querySelectorAll("figure svg text")].filter(text => {
  const a = text.getBoundingClientRect(), b = text.closest("svg").getBoundingClientRect();
  return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 1 || a.bottom > b.bottom + 1;
}).map(text => text.textContent);
document.title = JSON.stringify({
  plots: boxes.filter(box => box.width > 100 && box.height > 50).length, outside,
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
});
</script>"""


def chromium(folder: Path, *options: str) -> str:
    assert CHROMIUM
    argv = [
        CHROMIUM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
    ]
    done = subprocess.run([*argv, *options], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("width", [1000, 500])
def test_all_plots_are_laid_out_and_nothing_sticks_out(tmp_path: Path, width: int) -> None:
    page = tmp_path / "report.html"
    page.write_text(as_html(REPORT).replace("</body>", PROBE + "</body>"), "utf-8")
    document = chromium(tmp_path, f"--window-size={width},800", "--dump-dom", page.as_uri())
    assert '<title>{"plots":7,"outside":[],"wide":false}</title>' in document


@pytest.mark.parametrize("scheme, paper", [("1", (255, 255, 255)), ("0", (0x14, 0x17, 0x1A))], ids=["light", "dark"])
def test_it_is_drawn_in_light_and_dark(tmp_path: Path, scheme: str, paper: tuple[int, int, int]) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(as_html(REPORT), "utf-8")
    chromium(
        tmp_path,
        "--window-size=900,1200",
        f"--blink-settings=preferredColorScheme={scheme}",
        f"--screenshot={picture}",
        page.as_uri(),
    )
    colours = pixels(picture)
    assert colours.most_common(1)[0][0] == paper
    assert len(colours) > 50, "something is drawn on it"


def pixels(path: Path) -> Counter[tuple[int, ...]]:
    """How often each colour occurs in a PNG of 8 bits a channel, by undoing its row filters."""
    data = path.read_bytes()
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    channels = {2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + size]
        at += size + 12
    raw, stride = zlib.decompress(packed), width * channels
    found: Counter[tuple[int, ...]] = Counter()
    above = bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        row = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, channels)
        found.update(zip(*(row[c::channels] for c in range(3)), strict=True))
        above = row
    return found


def unfiltered(kind: int, row: bytearray, above: bytearray, channels: int) -> bytearray:
    for i in range(len(row)):
        left = row[i - channels] if i >= channels else 0
        corner = above[i - channels] if i >= channels else 0
        row[i] = (row[i] + predicted(kind, left, above[i], corner)) & 255
    return row


def predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) // 2)[kind]
