"""Makes the pictures of the tutorial, and prints the times in it.

usage: pictures.py [BROWSER]

BROWSER is Chromium (see `cargo xtask browser`); without one the picture of the page stays as it is.
"""

import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[2]
IMAGES = ROOT / "docs" / "images"
SHADES = " .:-=+*#%@"

#: What is measured: what it is called, and how it is started.
WAYS = [
    ("flips.py", ["flips.py"]),
    ("flips_fast.py", ["flips_fast.py"]),
    ("flips_fast.py, with pommel run", ["-m", "pommel", "run", "flips_fast.py"]),
]
SIZE, ROUNDS = "40", 3


def processor_seconds(command):
    """What a process takes, from its start to its end, whatever else the machine does."""
    process = subprocess.Popen([sys.executable, *command], cwd=FOLDER, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime


def bars(times):
    """Times as bars, in SVG."""
    longest = max(times.values())
    rows = []
    for k, (title, seconds) in enumerate(times.items()):
        y, width = 20 + 40 * k, 380 * seconds / longest
        rows.append('<text x="230" y="{}" text-anchor="end">{}</text>'.format(y + 20, title))
        rows.append('<rect x="240" y="{}" width="{:.1f}" height="28" rx="2" fill="#3b82a0"/>'.format(y, max(width, 1)))
        rows.append('<text x="{:.1f}" y="{}">{:.2f} s</text>'.format(248 + width, y + 20, seconds))
    height = 40 + 40 * len(times)
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 {0}" width="700" height="{0}" '
            'font-family="sans-serif" font-size="14" fill="#1e293b">\n<rect width="700" height="{0}" rx="8" '
            'fill="#ffffff"/>\n{1}\n</svg>\n').format(height, "\n".join(rows))


def picture(rows, zoom):
    """Rows of shades as a picture, in PNG."""
    lines = b""
    for row in rows:
        line = b"".join(bytes([255 - 28 * SHADES.index(shade)]) * zoom for shade in row)
        lines += (b"\0" + line) * zoom

    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]) * zoom, len(rows) * zoom, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(lines, 9)) + part(b"IEND", b"")


def photograph(program):
    """The page of the slow program, with what a line says."""
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import Browser

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        environment = dict(os.environ, POMMEL_JIT="always")
        subprocess.run([sys.executable, "-m", "pommel", "annotate", "--output", page, "flips.py", "6"], cwd=FOLDER,
                       env=environment, check=True, stdout=subprocess.DEVNULL)
        # Where it was made is nobody's business.
        text = page.read_text(encoding="utf-8").replace(str(FOLDER) + os.sep, "")
        # The upper part is enough.
        page.write_text(re.sub(r'<details class="plain">(?s:.*)</div>\n</body>', "</div>\n</body>", text),
                        encoding="utf-8")
        with Browser(program, Path(folder) / "profile") as browser:
            tab = browser.open(page)
            tab.click("document.querySelector('details.part summary')")
            tab.picture(IMAGES / "slow-to-fast-page.png")


def main():
    times = {title: min(processor_seconds([*way, SIZE]) for _ in range(ROUNDS)) for title, way in WAYS}
    for title, seconds in times.items():
        print("{:<34} {:.2f} s".format(title, seconds))
    (IMAGES / "slow-to-fast-bars.svg").write_text(bars(times), encoding="utf-8")
    command = [sys.executable, "-m", "pommel", "run", "flips_fast.py", "200"]
    shown = subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, text=True).stdout.split("\n")[:-1]
    (IMAGES / "slow-to-fast-flips.png").write_bytes(picture(shown, 2))
    print("200 times 200: {:.2f} s".format(processor_seconds(command[1:])))
    if len(sys.argv) > 1:
        photograph(sys.argv[1])


if __name__ == "__main__":
    main()
