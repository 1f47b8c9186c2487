"""Blocks into a Word file: the look is `layout.docx`, a docxtpl template that can be restyled in Word."""
import io
from pathlib import Path

from docxtpl import DocxTemplate, RichText

from bot.documents.paper import Block
from bot.documents.values import CLOSE, OPEN

LAYOUT = Path(__file__).parent / "layout.docx"
BLANK = "Blank"  # the character style of layout.docx for what has to be filled in by hand
COLUMNS = {"table": 5}  # of layout.docx


def save(blocks: list[Block], title: str, footer: str) -> bytes:
    """A .docx file."""
    template = DocxTemplate(LAYOUT)
    template.render({"blocks": [_shown(block) for block in blocks], "page": footer}, autoescape=True)
    template.docx.core_properties.title = title
    file = io.BytesIO()
    template.save(file)
    return file.getvalue()


def _shown(block: Block) -> dict:
    rows = [[_rich(cell) for cell in row] for row in block.rows]
    if block.blank_rows:
        first = len(block.rows)
        rows += [[_rich(str(number))] + [_rich("")] * (COLUMNS["table"] - 1) for number in range(first, first + block.blank_rows)]
    return {"kind": block.kind, "lines": [_rich(line) for line in block.lines], "rows": rows}


def _rich(text: str) -> RichText:
    """The text with its blanks in the style that makes them stand out."""
    shown = RichText()
    for number, piece in enumerate(text.replace(OPEN, CLOSE).split(CLOSE)):
        if piece or not text:
            shown.add(piece, style=BLANK if number % 2 else None)
    return shown
