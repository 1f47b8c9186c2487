"""A poster for a site: a QR code that opens the bot with the place in it, and a few plain words. A4, as SVG, PNG or PDF."""
import io
import shutil
import subprocess
from dataclasses import dataclass
from html import escape
from pathlib import Path

import segno

from bot.documents.origin import Origin, payload
from bot.guidance.routes import union_name, union_phones
from bot.law import Law, places

WIDTH, HEIGHT = 2480, 3508  # A4 at 300 dots an inch
CODE_SIDE = 1400
MARGIN = 200
FORMATS = (".svg", ".png", ".pdf")
FONT_OF_SVG = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','SimHei',sans-serif"


class NoFont(Exception):
    """No font with Chinese characters was found; the message says what to do."""


@dataclass(frozen=True)
class Line:
    """A centred line: its baseline from the top and its size, in dots."""

    text: str
    y: int
    size: int
    bold: bool = False


def make(origin: Origin, bot: str, law: Law, format: str, font: Path | None = None) -> bytes:
    """The poster. `bot`: the bot's name in Telegram; `format`: one of FORMATS; `font`: for pictures, a file with Chinese characters.

    Raises ValueError for a place or mark that cannot be used, NoFont.
    """
    link = f"https://t.me/{bot}?start={payload(origin)}"
    code = segno.make(link, error="q", micro=False)
    lines = _lines(origin, law, link)
    return _svg(code, lines) if format == ".svg" else _picture(code, lines, format, font or find_font())


def find_font() -> Path:
    """A font with Chinese characters on this machine. Raises NoFont."""
    if shutil.which("fc-match"):
        found = subprocess.run(["fc-match", "-f", "%{file}|%{lang}", ":lang=zh-cn:bold"], capture_output=True, text=True).stdout
        file, _, spoken = found.partition("|")
        if "zh-cn" in spoken.split("|") and Path(file).is_file():
            return Path(file)
    raise NoFont("no font with Chinese characters here: install fonts-noto-cjk, name one with --font, or make an .svg")


def _lines(origin: Origin, law: Law, link: str) -> list[Line]:
    def say(key: str, language: str, **fields: str) -> str:
        return law.text(f"documents.{key}", language, **fields)
    place = places.chain(origin.adcode)[0]
    phone = union_phones(law, place.level, origin.adcode)[0]
    unions = [say("poster_union", language, union=union_name(law, place.level, origin.adcode, language), phone=phone)
              for language in ("zh", "en")]
    return [
        Line(say("poster_title", "zh"), 420, 190, True), Line(say("poster_title", "en"), 570, 100),
        Line(say("poster_line_1", "zh"), 2350, 120, True), Line(say("poster_line_1", "en"), 2460, 76),
        Line(say("poster_line_2", "zh"), 2620, 100), Line(say("poster_line_2", "en"), 2720, 64),
        Line(unions[0], 2920, 100, True), Line(unions[1], 3010, 56),
        Line(say("poster_note", "zh"), 3170, 76), Line(say("poster_note", "en"), 3260, 56),
        Line(link, 3390, 48),
    ]


def _svg(code: segno.QRCode, lines: list[Line]) -> bytes:
    modules = code.symbol_size(border=4)[0]
    drawn = code.svg_inline(border=4, scale=CODE_SIDE / modules, svgclass=None, lineclass=None)
    words = "".join(f'<text x="{WIDTH // 2}" y="{line.y}" font-size="{line.size}" font-weight="{"bold" if line.bold else "normal"}"'
                    f'{_squeezed(line)}>{escape(line.text)}</text>' for line in lines)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 {WIDTH} {HEIGHT}">'
            f'<rect width="100%" height="100%" fill="#fff"/>'
            f'<g transform="translate({(WIDTH - CODE_SIDE) // 2} 740)">{drawn}</g>'
            f'<g font-family="{FONT_OF_SVG}" text-anchor="middle" fill="#000">{words}</g></svg>').encode()


def _squeezed(line: Line) -> str:
    """A long line is drawn as wide as the page allows: a Chinese character is about as wide as high, others about half."""
    wide = sum(1 if ord(character) > 0x2e80 else 0.58 for character in line.text) * line.size
    most = WIDTH - 2 * MARGIN
    return f' textLength="{most}" lengthAdjust="spacingAndGlyphs"' if wide > most else ""


def _picture(code: segno.QRCode, lines: list[Line], format: str, font: Path) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (WIDTH, HEIGHT), 255)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", border=4, scale=CODE_SIDE // code.symbol_size(border=4)[0])
    square = Image.open(drawn).convert("L")
    page.paste(square, ((WIDTH - square.width) // 2, 740 + (CODE_SIDE - square.height) // 2))
    pen = ImageDraw.Draw(page)
    for line in lines:
        try:
            letters = ImageFont.truetype(str(font), line.size)
        except OSError:
            raise NoFont(f"--font: {font} is no font that can be used") from None
        wide = pen.textlength(line.text, font=letters)
        if wide > WIDTH - 2 * MARGIN:
            letters = ImageFont.truetype(str(font), int(line.size * (WIDTH - 2 * MARGIN) / wide))
        pen.text((WIDTH // 2, line.y), line.text, font=letters, fill=0, anchor="ms")
    file = io.BytesIO()
    page.save(file, "PDF" if format == ".pdf" else "PNG", resolution=300, **({} if format == ".pdf" else {"dpi": (300, 300)}))
    return file.getvalue()
