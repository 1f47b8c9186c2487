"""Posters: what the code says is understood again, and the pictures can be opened."""
import io
import json
import subprocess
import sys

import pytest
import segno
from PIL import Image

from bot import law
from bot.documents import poster
from bot.documents.origin import Origin, payload, read
from bot.settings import ROOT
from bot.telegram import commands

HERE = Origin("520281", "site7")
LINK = "https://t.me/gongyou_bot?start=p520281-usite7"


@pytest.fixture
def font():
    try:
        return poster.find_font()
    except poster.NoFont:
        pytest.skip("no Chinese font on this machine")


@pytest.mark.parametrize("origin", [HERE, Origin("110114"), Origin("500103", "12AB"), Origin("520281", "x" * 24)])
def test_what_the_poster_says_is_read_again_after_it_went_through_telegram(origin):
    code = payload(origin)
    assert len(code) <= 64
    rasa = commands.payload(f"/start {code}")
    assert read(json.loads(rasa.removeprefix("/start"))["payload"]) == origin


@pytest.mark.parametrize("code", ["", "p999999", "520281", "p520281-u", "p520281-u" + "x" * 25, "p520281-u汉", None, 7, ["p520281"]])
def test_any_other_code_is_no_origin(code):
    assert read(code) is None


@pytest.mark.parametrize("origin", [Origin("999999"), Origin("520281", "a-b"), Origin("520281", "")])
def test_a_place_or_mark_that_cannot_be_used_is_refused(origin):
    with pytest.raises(ValueError):
        payload(origin)


def test_the_drawing_names_the_union_its_phone_and_the_link():
    drawn = poster.make(HERE, "gongyou_bot", law.load(), ".svg").decode()
    assert "盘州市总工会" in drawn and "Panzhou Federation of Trade Unions" in drawn and "0858-12351" in drawn and LINK in drawn


def test_the_picture_holds_the_code(font):
    picture = Image.open(io.BytesIO(poster.make(HERE, "gongyou_bot", law.load(), ".png", font)))
    assert picture.size == (poster.WIDTH, poster.HEIGHT)
    code = segno.make(LINK, error="q", micro=False)
    side = poster.CODE_SIDE // code.symbol_size(border=4)[0]
    left, top = ((whole - side * code.symbol_size(border=4)[0]) // 2 for whole in (poster.WIDTH, poster.CODE_SIDE))
    for y, row in enumerate(code.matrix):
        for x, dark in enumerate(row):
            dot = picture.getpixel((left + (x + 4) * side + side // 2, 740 + top + (y + 4) * side + side // 2))
            assert (dot < 128) == bool(dark)


def test_a_pdf_is_made(font):
    assert poster.make(HERE, "gongyou_bot", law.load(), ".pdf", font).startswith(b"%PDF")


def test_without_a_font_one_line_says_what_to_do(tmp_path):
    with pytest.raises(poster.NoFont, match="--font"):
        poster.make(HERE, "gongyou_bot", law.load(), ".png", tmp_path / "none.ttf")


def command(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "bot", "poster", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_the_command_writes_the_file(tmp_path):
    out = tmp_path / "poster.svg"
    done = command("--adcode", "520281", "--bot", "@gongyou_bot", "--out", str(out))
    assert done.returncode == 0 and "start=p520281<" in out.read_text()


@pytest.mark.parametrize("arguments, named", [
    (("--adcode", "999999", "--bot", "gongyou_bot", "--out", "{}/a.svg"), "--adcode"),
    (("--adcode", "520281", "--bot", "no bot", "--out", "{}/a.svg"), "--bot"),
    (("--adcode", "520281", "--bot", "gongyou_bot", "--out", "{}/a.gif"), "--out"),
    (("--adcode", "520281", "--bot", "gongyou_bot", "--out", "{}/none/a.svg"), "--out"),
    (("--adcode", "520281", "--bot", "gongyou_bot", "--union", "a b", "--out", "{}/a.svg"), "--union"),
])
def test_bad_input_is_one_line_that_names_the_field(arguments, named, tmp_path):
    done = command(*(part.format(tmp_path) for part in arguments))
    assert done.returncode == 2 and done.stderr.startswith(named) and done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())
