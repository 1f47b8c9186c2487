"""Tables as files, CSV or XLSX: written so that no spreadsheet runs a cell as a formula, and read back with that undone."""
import csv
import io
import re
import zipfile
from datetime import date, datetime

XLSX = b"PK\x03\x04"  # how every XLSX file begins
LARGEST, MOST_PARTS = 200_000_000, 1000  # bytes and files that a workbook may unpack to
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # how a cell begins that some spreadsheet runs
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what a spreadsheet file cannot hold


class TableFault(ValueError):
    """A file that is no table; the message begins with "FILE: "."""


def write(format: str, title: str, header: tuple[str, ...], lines: list[list]) -> bytes:
    """A table as csv or xlsx; a cell that a spreadsheet would run, or that begins with an apostrophe, gets a leading apostrophe."""
    cells = [list(header), *([_safe(value) for value in line] for line in lines)]
    return _csv_bytes(cells) if format == "csv" else _xlsx_bytes(title, cells)


def read(data: bytes) -> list[list]:
    """The lines of an XLSX or CSV file, told apart by content. Raises TableFault."""
    return xlsx(data) if data.startswith(XLSX) else separated(decoded(data))


def decoded(data: bytes) -> str:
    """UTF-8, or the GB 18030 in which Chinese spreadsheets save CSV. Raises TableFault for what is no text, or empty."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROL.search(text):
            if not text.strip():
                raise TableFault("FILE: empty")
            return text
    raise TableFault("FILE: neither CSV, XLSX nor JSON")


def separated(text: str) -> list[list]:
    """The lines of a CSV text, whichever of comma, semicolon or tab its first line uses most. Raises TableFault."""
    header = text.split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=header.count)
    csv.field_size_limit(10_000_000)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise TableFault(f"FILE: not CSV: {error}") from None


def xlsx(data: bytes) -> list[list]:
    """The lines of the first sheet of a workbook. Raises TableFault."""
    from openpyxl import load_workbook  # with numpy behind it; most processes never meet a workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
            raise TableFault("FILE: a workbook that unpacks to too much")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size, and the rest would be cut off
        return [list(line) for line in sheet.iter_rows(values_only=True)]
    except TableFault:
        raise
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError, OSError, SyntaxError):
        raise TableFault("FILE: not a readable XLSX workbook") from None


def headed(lines: list[list]) -> list[str]:
    """The names in the first line, without empty ones at its end."""
    header = [str(name).strip() if name is not None else "" for name in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()
    return header


def cell(value):
    """A cell as text or number, without the apostrophe that `write` puts before what could be a formula."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value[:1] == "'" and value[1:].startswith((*FORMULA, "'")):
        return value[1:]
    return value


def plain(value) -> str:
    """A cell as text; a spreadsheet's 520281.0 is 520281."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def sound(text: str, longest: int) -> str | None:
    """A text with one kind of line end; None for an empty one. Raises ValueError for what is no text, or too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text) or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("holds a character that is no text")
    if len(text) > longest:
        raise ValueError(f"longer than {longest} characters")
    return text or None


def _safe(value):
    if isinstance(value, str) and value.startswith((*FORMULA, "'")):
        return "'" + value
    return "" if value is None else value


def _csv_bytes(cells: list[list]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode()


def _xlsx_bytes(title: str, cells: list[list]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for line in cells:
        sheet.append(line)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
