"""The law as the bot holds it, at the desk: found, with its sources and days, what is due, and which open cases a change touches."""
import pytest

from bot.cases import cases, store, workers
from bot.desk import knowledge
from bot.desk.texts import Texts
from bot.law import HERE, browse
from bot.settings import now, today
from tests.desk.people import carpenter

PERIOD = "periods/arbitration"


def told_case(ended_on: str) -> str:
    """An open case whose facts are those of the record, not of a made-up assessment."""
    with store.session() as session:
        worker = workers.arrive(session, "web", f"somebody-{ended_on}", "zh")
        worker.consented_at = now()
        case = cases.open_case(session, worker)
        cases.state(session, case, {"issues": ["wage_arrears"], "place": "贵州盘州", "adcode": "520281", "ended_on": ended_on})
        return case.code


def test_every_file_of_the_base_is_an_item_with_its_source_and_day():
    items = browse.items()
    files = {path.relative_to(HERE).with_suffix("").as_posix() for kind in browse.KINDS for path in (HERE / kind).rglob("*.yml")}
    assert set(items) == files
    assert all(item.last_checked for item in items.values() if item.kind in ("periods", "figures"))
    assert items[PERIOD].laws() == ["劳动争议调解仲裁法 27"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_file_of_the_base_has_a_name(language):
    t = Texts(language)
    assert [name for name, item in browse.items().items() if knowledge.title(t, item) == name.rsplit("/", 1)[1]] == []


def test_words_find_files_and_sentences(hotline):
    page = hotline.get("/knowledge", params={"search": "劳动争议调解仲裁法 27"}).text
    assert f'href="/knowledge/{PERIOD}"' in page
    page = hotline.get("/knowledge", params={"search": "报复"}).text
    assert "怕报复" in page and "text/zh/warnings" in page
    assert "Nothing found" in hotline.get("/knowledge", params={"search": "zzzzqq"}).text


def test_a_file_shows_value_days_article_and_source(hotline):
    page = hotline.get(f"/knowledge/{PERIOD}").text
    for words in ("1 May 2008", "years: 1", "劳动争议调解仲裁法", "in force", "LAW.md"):
        assert words in page, words
    assert 'name="text"' not in page, "the hotline reads, and tries nothing"
    page = hotline.get("/knowledge/text/zh/warnings", params={"search": "retaliation"}).text
    assert "怕报复" in page and browse.items()["text/en/warnings"].sentences["retaliation"][:20] in page
    assert hotline.get("/knowledge/periods/nothing").status_code == 404 and hotline.get("/knowledge/../settings").status_code == 404


def test_what_is_due_for_review_is_counted_and_listed(hotline, monkeypatch):
    monkeypatch.setenv("BOT_TODAY", "2026-11-30")
    assert "All reviewed within a year" in hotline.get("/knowledge").text
    monkeypatch.setenv("BOT_TODAY", "2028-01-10")
    assert f"{len(browse.find(due_on=today()))} to be reviewed" in hotline.get("/knowledge").text
    assert f'href="/knowledge/{PERIOD}"' in hotline.get("/knowledge", params={"due": "1", "kind": "periods"}).text


def test_pages_go_on_where_the_last_one_ended(hotline):
    first = hotline.get("/knowledge").text
    assert f"/knowledge/{PERIOD}" in first and "Next page" in first
    assert f"/knowledge/{PERIOD}" not in hotline.get("/knowledge", params={"after": "figures/minimum_wage/110000"}).text


def test_a_change_is_tried_and_names_the_cases_it_touches_and_writes_nothing(admin):
    touched, fine = told_case("2026-06-30"), carpenter(hotline=False)
    raw = browse.items()[PERIOD].raw
    page = admin.submit(f"/knowledge/{PERIOD}", f"/knowledge/{PERIOD}", text=raw.replace("{years: 1}", "{years: 2}"))
    assert page.status_code == 200 and "Of 2 open cases" in page.text and touched in page.text and "safe day = 2028-06-30" in page.text
    page = admin.submit(f"/knowledge/{PERIOD}", f"/knowledge/{PERIOD}", text=raw.replace("V-S1", "V-S2"))
    assert ", 0 would come out differently" in page.text and fine not in page.text
    assert (HERE / f"{PERIOD}.yml").read_text(encoding="utf-8") == raw


def test_a_faulty_change_is_told_as_knowledge_check_tells_it(admin):
    told_case("2026-06-30")
    raw = browse.items()[PERIOD].raw
    for text, words in [(raw, "Nothing was changed"), (raw.replace("2008-05-01", "soon"), "from is not a day"), ("a: [", "not YAML"),
                        (raw.replace("2008-05-01", "2026-02-30"), "not YAML: day is out of range"), ("", "no unit"),
                        (raw.replace("{years: 1}", "{years: 0}"), "not one whole number")]:
        page = admin.submit(f"/knowledge/{PERIOD}", f"/knowledge/{PERIOD}", text=text)
        assert page.status_code == 422 and words in page.text, words
    page = admin.submit("/knowledge/rules/questions", "/knowledge/rules/questions", text="last_checked: 2026-11-22\n")
    assert page.status_code == 422 and 'role="alert"' in page.text


def test_only_an_admin_tries(hotline):
    assert hotline.submit("/queue", f"/knowledge/{PERIOD}", text="x").status_code == 403
