"""Charts as SVG, made on the server: colours are attributes of the shapes, so that neither the pages' policy against inline styles nor
a PDF gets in the way. Each is one picture with one name; its numbers stand in the table beside it.
"""
from zlib import crc32

from markupsafe import Markup, escape

from bot.desk.outlines import Outlines

INK, SOFT, LINE, PAPER = "#1c2a2b", "#54646a", "#d9dfdd", "#ffffff"
BRAND, RED, AMBER, BLUE, GREY = "#0b5d57", "#a32018", "#c77b00", "#1d4f87", "#9aa6a3"
SHADES = ("#d6e8e5", "#a5cdc7", "#6fada5", "#3b8880", "#0b5d57")  # few to many, on the map
NOTHING, HIDDEN = "#f4f6f4", "url(#-)"  # hidden ones are hatched
WIDE = 640


def bars(name: str, lines: list[tuple[str, int | None, str]]) -> Markup:
    """Lying bars: (label, how much, what is written beside it); None is hidden."""
    most = max((value or 0 for _, value, _ in lines), default=0) or 1
    parts, y = [], 0
    for label, value, beside in lines:
        parts.append(_text(0, y + 15, label))
        if value is None:
            parts.append(f'<rect x="0" y="{y + 22}" width="60" height="16" fill="{HIDDEN}" stroke="{LINE}"/>'
                         + _text(68, y + 35, beside, SOFT))
        else:
            length = round(value / most * (WIDE - 130), 1)
            parts.append(f'<rect x="0" y="{y + 22}" width="{max(length, 1)}" height="16" rx="2" fill="{BRAND}"/>'
                         + _text(max(length, 1) + 8, y + 35, beside, SOFT))
        y += 48
    return _picture(name, WIDE, max(y, 10), parts)


def stacked(name: str, legend: list[tuple[str, str]], lines: list[tuple[str, list[int], str]]) -> Markup:
    """Lying bars of parts of a whole: (label, how much of each of the legend's kinds, what is written beside it)."""
    parts, x, y = [], 0, 26
    for label, colour in legend:
        parts.append(f'<rect x="{x}" y="2" width="13" height="13" rx="2" fill="{colour}"/>' + _text(x + 19, 13, label, SOFT, 13))
        x += 40 + sum(13 if ord(sign) > 0x2E80 else 7.5 for sign in label)
    for label, values, beside in lines:
        parts.append(_text(0, y + 15, label))
        parts.append(_text(WIDE, y + 15, beside, SOFT, end=True))
        x, whole = 0.0, sum(values) or 1
        for value, (_, colour) in zip(values, legend):
            length = round(value / whole * WIDE, 1)
            if length:
                parts.append(f'<rect x="{round(x, 1)}" y="{y + 22}" width="{length}" height="18" fill="{colour}" stroke="{PAPER}"/>')
            x += length
        y += 50
    return _picture(name, WIDE, y, parts)


def columns(name: str, points: list[tuple[str, int | None]], height: int = 200, most: int | None = None) -> Markup:
    """Standing columns in the order of time: (label, how much); None is hidden. `most` is a full column: by default the tallest."""
    most = most or max((value or 0 for _, value in points), default=0) or 1
    step = WIDE / max(len(points), 1)
    every = max(1, -(-len(points) // 8))  # labels that fit side by side
    parts = [f'<line x1="0" y1="{height + 20}" x2="{WIDE}" y2="{height + 20}" stroke="{SOFT}"/>']
    for place, (label, value) in enumerate(points):
        x, width = round(place * step + step * .12, 1), round(step * .76, 1)
        if value is None:
            parts.append(f'<rect x="{x}" y="{height}" width="{width}" height="20" fill="{HIDDEN}" stroke="{LINE}"/>')
        else:
            tall = round(value / most * height, 1)
            parts.append(f'<rect x="{x}" y="{round(height + 20 - tall, 1)}" width="{width}" height="{tall}" fill="{BRAND}"/>')
            if len(points) <= 16:
                parts.append(_text(x + width / 2, round(height + 14 - tall, 1), str(value), SOFT, 12, middle=True))
        if place % every == 0:
            parts.append(_text(x + width / 2, height + 38, label, SOFT, 12, middle=len(points) > 1))
    return _picture(name, WIDE, height + 46, parts)


def map_of(name: str, shapes: Outlines, values: dict[str, int | None], titles: dict[str, str], borders: Outlines | None = None,
           inset: Outlines | None = None) -> Markup:
    """A map whose places are darker the more there is; None is hidden. `borders` are drawn over it, `inset` stands in its empty corner."""
    most = max((value or 0 for value in values.values()), default=0)
    parts = [_place(path, _shade(values.get(code, 0), most), titles.get(code)) for code, path in shapes.paths.items()]
    if borders is not None:
        parts += [f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.6"/>' for path in borders.paths.values()]
    if inset is not None:
        provinces: dict[str, int] = {}
        for code, value in values.items():
            provinces[code[:2]] = provinces.get(code[:2], 0) + (value or 0)
        of_provinces = values if borders is None else provinces
        top = max((value or 0 for value in of_provinces.values()), default=0)
        inner = "".join(_place(path, _shade(of_provinces.get(code, 0), top), None) for code, path in inset.paths.items())
        parts.append(f'<g transform="translate(10 {shapes.height - inset.height - 10})">'
                     f'<rect width="{inset.width}" height="{inset.height}" fill="{PAPER}" stroke="{SOFT}"/>{inner}</g>')
    return _picture(name, shapes.width, shapes.height, parts)


def legend_of(values: dict[str, int | None]) -> list[tuple[str, int, int]]:
    """The shades of a map: (colour, from, to)."""
    most = max((value or 0 for value in values.values()), default=0)
    found: dict[str, list[int]] = {}
    for value in sorted({value for value in values.values() if value}):
        found.setdefault(_shade(value, most), []).append(value)
    return [(colour, held[0], held[-1]) for colour, held in found.items()]


def swatch(colour: str) -> Markup:
    """A small square of a colour, for a legend."""
    return Markup(f'<svg class="swatch" viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="2" '
                  f'fill="{colour}"/></svg>')


def _place(path: str, colour: str, title: str | None) -> str:
    named = f"<title>{escape(title)}</title>" if title else ""
    return f'<path d="{path}" fill="{colour}" stroke="{GREY}" stroke-width="0.7">{named}</path>'


def _shade(value: int | None, most: int) -> str:
    """Few to many in steps of equal share of the square root, so that one large place does not leave all others pale."""
    if value is None:
        return HIDDEN
    return SHADES[min(int((value / most) ** .5 * len(SHADES)), len(SHADES) - 1)] if value else NOTHING


def _text(x: float, y: float, words: str, colour: str = INK, size: int = 14, end: bool = False, middle: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    return f'<text x="{round(x, 1)}" y="{y}" font-size="{size}" font-family="sans-serif" fill="{colour}"{anchor}>{escape(words)}</text>'


def _picture(name: str, width: float, height: float, parts: list[str]) -> Markup:
    inner, hatched = "".join(parts), ""
    if HIDDEN in inner:
        own = f"hidden-{crc32(name.encode())}"  # one name a page
        hatched = (f'<defs><pattern id="{own}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" '
                   f'fill="{PAPER}"/><path d="M0,6L6,0" stroke="{GREY}"/></pattern></defs>')
        inner = inner.replace(HIDDEN, f"url(#{own})")
    return Markup(f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
                  f'aria-label="{escape(name)}">{hatched}{inner}</svg>')
