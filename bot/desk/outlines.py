"""The outlines of China's provinces and prefectures as paths to draw, from the boundaries that geotool-cn brings.

The package knows districts only, and their borders do not meet exactly. So they are painted onto a grid, each in the colour of its
prefecture, and the borders between colours are traced and smoothed: neighbours share them, and nothing gapes. That takes some
seconds, so the result is kept under var/; it is not part of the repository, as the boundaries are the map maker's (docs/insights.md).
The map is equal-area, north up, and no official statement of any border.
"""
import json
import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from bot import settings
from bot.cases.log_case import prefecture_of
from bot.law import places

SOURCE = "geotool-cn"
WIDTH = 1000  # cells of the grid across; the unit of the paths
SMOOTH = 0.9  # cells by which a border may differ from the traced one
PARALLELS, MERIDIAN = (25, 47), 105  # of the projection (Albers)
SOUTH = 17.6  # degrees; what lies south of it is in the inset only
INSET = (106, 2.5, 123, 23)  # degrees: west, south, east, north
INSET_WIDTH = 160
NOT_COUNTED = ("71", "81", "82")  # drawn, but no places of ours
WITHOUT_DISTRICTS = "710000"


@dataclass(frozen=True)
class Outlines:
    """Paths by the beginning of a place code, in a picture of so many units."""

    width: int
    height: int
    paths: dict[str, str]


@lru_cache(maxsize=64)
def outlines(level: str, province: str = "", inset: bool = False) -> Outlines:
    """The provinces ("province") or prefectures ("prefecture") of the country, the prefectures of one province (two digits), or, as an
    inset, the southern sea."""
    path = _path_of(level, province, inset)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                _make(province)
    return Outlines(**json.loads(path.read_text(encoding="utf-8")))


def _path_of(level: str, province: str, inset: bool) -> Path:
    return settings.VAR / "maps" / f"{SOURCE}-{version(SOURCE)}-{WIDTH}-{level}{province}{'-inset' if inset else ''}.json"


def _make(province: str) -> None:
    """Makes the pictures of a province, or all of the country's at once."""
    districts = _districts(province)
    pictures = [("prefecture", False)] if province else [("prefecture", False), ("province", True), ("province", False)]
    for level, inset in pictures:
        shapes = [(prefecture[:2] if level == "province" else prefecture, rings) for prefecture, rings in districts]
        _keep(_path_of(level, province, inset), _drawn(shapes, inset))


def _keep(path: Path, made: Outlines) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(made), separators=(",", ":")), encoding="utf-8")
    part.replace(path)


def _drawn(shapes: list, inset: bool) -> Outlines:
    names = sorted({name for name, _ in shapes})
    box, across = _box(shapes, inset), INSET_WIDTH if inset else WIDTH
    grid, size = _painted([(names.index(name) + 1, rings) for name, rings in shapes], box, across)
    crossings, borders = _traced(grid)
    paths = {names[number - 1]: "".join(_path(ring, crossings) for ring in rings) for number, rings in sorted(borders.items())}
    return Outlines(*size, {name: path for name, path in paths.items() if path})


def _districts(province: str) -> list[tuple[str, list]]:
    """(prefecture, projected rings) of each district of a province or of all; of what has no districts, of the whole."""
    import GeoToolCN
    from GeoToolCN._gtc import GTCData  # the package has no open way to its borders; its version is pinned

    data, found = GTCData(str(Path(GeoToolCN.__file__).parent / "data" / "china.full.gtc")), []
    try:
        for level in ("province", "district"):
            for index in range(*data.level_ranges[level]):
                code = data.adcodes[index]
                if province and code[:2] != province or level == "province" and code != WITHOUT_DISTRICTS:
                    continue
                place = places._from_region(code, data.names[index])
                prefecture = code[:2] if code[:2] in NOT_COUNTED else prefecture_of(place.adcode if place else data.parents[index])
                found.append((prefecture, [_projected(x, y) for x, y in _rings(data, index)]))
    finally:
        data.close()
    return found


def _rings(data, index: int):
    """The outer lines of a district in degrees. As `GTCData.geometry` reads them, but a hundred thousand numbers at once."""
    import numpy

    start, end = data._geom_index[index], data._geom_index[index + 1]
    raw = numpy.frombuffer(data._geom[start + 16:end], dtype=numpy.uint8)  # 16 bytes of its box come first
    ends = numpy.flatnonzero(raw < 0x80)  # seven bits to a byte, the highest says that more follow
    starts = numpy.concatenate(([0], ends[:-1] + 1))
    numbers = numpy.zeros(len(ends), dtype=numpy.int64)
    for place in range(int((ends - starts).max()) + 1):
        longer = ends - starts >= place
        numbers[longer] |= (raw[starts[longer] + place].astype(numpy.int64) & 0x7F) << (7 * place)
    at = 1
    for _ in range(numbers[0]):
        lines, at = int(numbers[at]), at + 1
        for line in range(lines):
            size = 2 * int(numbers[at])
            steps = numbers[at + 1:at + 1 + size]
            at += 1 + size
            if line == 0:  # the others are holes, which whatever lies in them is painted over
                steps = (steps >> 1) ^ -(steps & 1)
                yield numpy.cumsum(steps[0::2]) / data.scale, numpy.cumsum(steps[1::2]) / data.scale


def _projected(longitudes, latitudes):
    """Albers' equal-area conic projection, in radii of the earth."""
    import numpy

    first, second = (math.radians(parallel) for parallel in PARALLELS)
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)
    radius = numpy.sqrt(c - 2 * n * numpy.sin(numpy.radians(numpy.asarray(latitudes)))) / n
    angle = n * numpy.radians(numpy.asarray(longitudes) - MERIDIAN)
    return radius * numpy.sin(angle), math.sqrt(c) / n - radius * numpy.cos(angle)


def _box(shapes: list, inset: bool) -> tuple[float, float, float, float]:
    """West, south, east and north of the picture, projected."""
    if inset:
        west, south, east, north = INSET
        xs, ys = _projected([west, east, west, east, MERIDIAN], [south, south, north, north, south])
        return min(xs), min(ys), max(xs), max(ys)
    foot = _projected([MERIDIAN], [SOUTH])[1][0]
    rings = [ring for _, its in shapes for ring in its if ring[1].min() > foot]
    return (min(x.min() for x, _ in rings), min(y.min() for _, y in rings), max(x.max() for x, _ in rings),
            max(y.max() for _, y in rings))


def _painted(shapes, box, across: int):
    """The grid of numbers (0: nothing) and the size of the picture; its outermost cells are empty."""
    import numpy
    from PIL import Image, ImageDraw

    west, south, east, north = box
    scale = across / (east - west)
    size = across + 4, round((north - south) * scale) + 4
    image = Image.new("I", size, 0)
    pen = ImageDraw.Draw(image)
    for number, rings in shapes:
        for x, y in rings:
            across_, down = (x - west) * scale + 2, (north - y) * scale + 2
            if across_.max() > 0 and down.max() > 0 and across_.min() < size[0] and down.min() < size[1]:
                pen.polygon(list(zip(across_.tolist(), down.tolist())), fill=number, outline=number)
    grid = numpy.array(image)
    grid[[0, -1], :] = grid[:, [0, -1]] = 0
    return grid, size


def _traced(grid):
    """Corners where three or more colours meet, and by colour the closed lines of corners around it, its inside at the right hand."""
    import numpy

    steps: dict[int, dict] = defaultdict(lambda: defaultdict(list))
    touched: dict[tuple, int] = defaultdict(int)

    def border(one: int, other: int, start: tuple, end: tuple) -> None:
        touched[start] += 1
        touched[end] += 1
        if one:
            steps[one][end].append(start)
        if other:
            steps[other][start].append(end)

    for y, x in numpy.argwhere(grid[:-1] != grid[1:]).tolist():
        border(int(grid[y, x]), int(grid[y + 1, x]), (x, y + 1), (x + 1, y + 1))
    for y, x in numpy.argwhere(grid[:, :-1] != grid[:, 1:]).tolist():
        border(int(grid[y, x + 1]), int(grid[y, x]), (x + 1, y), (x + 1, y + 1))
    return {corner for corner, times in touched.items() if times > 2}, {number: _closed(of) for number, of in steps.items()}


def _closed(steps: dict) -> list[list[tuple]]:
    """Single steps joined to closed lines; where two lines touch, the one turns off to the right."""
    found = []
    while steps:
        start = at = next(iter(steps))
        before, line = None, []
        while True:
            ways = steps[at]
            right = (at[0] - (at[1] - before[1]), at[1] + (at[0] - before[0])) if before else None
            following = right if right in ways else ways[0]
            ways.remove(following)
            if not ways:
                del steps[at]
            line.append(at)
            before, at = at, following
            if at == start:
                break
        found.append(line)
    return found


def _path(line: list[tuple], crossings: set) -> str:
    """A closed line, smoothed between the corners where borders meet, as a path of relative steps."""
    fixed = [number for number, corner in enumerate(line) if corner in crossings] or [line.index(min(line))]
    line = line[fixed[0]:] + line[:fixed[0]]
    fixed = [number - fixed[0] for number in fixed]
    if len(fixed) == 1:  # an island: its farthest corner is the second end
        fixed.append(max(range(len(line)), key=lambda number: math.dist(line[number], line[0])))
    corners = []
    for first, last in zip(fixed, [*fixed[1:], len(line)]):
        piece = line[first:last] + [line[last % len(line)]]
        turned = piece[0] > piece[-1]  # the same for both neighbours
        smooth = _smoothed(piece[::-1] if turned else piece)
        corners += (smooth[::-1] if turned else smooth)[:-1]
    steps = [(x - x0, y - y0) for (x, y), (x0, y0) in zip(corners[1:], corners)]
    return f"M{corners[0][0]},{corners[0][1]}l{' '.join(f'{x},{y}' for x, y in steps)}z" if len(corners) > 2 else ""


def _smoothed(line: list[tuple]) -> list[tuple]:
    """The fewest corners that keep a line within SMOOTH cells (Douglas and Peucker)."""
    keep, waiting = {0, len(line) - 1}, [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        (x0, y0), (x1, y1) = line[first], line[last]
        length = math.dist(line[first], line[last])
        farthest, most = 0, SMOOTH
        for number in range(first + 1, last):
            x, y = line[number]
            away = abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length if length else math.dist(line[number], line[first])
            if away > most:
                farthest, most = number, away
        if farthest:
            keep.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [line[number] for number in sorted(keep)]
