"""An admin labels what the bot did not understand, and the exported file trains without a warning."""
import re
import warnings

import pytest
import yaml

from bot import settings
from bot.cases import referrals, store, unanswered, workers
from bot.cases.model import Audit, Case, Unanswered
from bot.understanding import classifier, examples
from tests.desk.people import carpenter
from tests.desk.visitors import token
from tests.stories.test_stories import rasa

TEN = [("食堂的饭太咸了找谁", "other_labour"), ("食堂饭太咸了该找谁", "other_labour"), ("工牌丢了要赔两百", "other_labour"),
       ("干到现在一个子儿没见着", "wage_arrears"), ("老板讲年底一起算，年底人影都没", "wage_arrears"),
       ("手指头叫冲床啃了", "work_injury"), ("合同是啥没见过", "no_contract"), ("叫我明天不用来了", "dismissal"),
       ("[站点](x)的规矩: 迟到 # 扣五十", "platform_rules"), ("中，就这样", "affirm")]


def kept(texts, language="zh") -> list[int]:
    """Messages of a worker that the bot did not understand; their numbers."""
    with store.session() as session:
        worker = workers.arrive(session, "web", "somebody", language)
        worker.consented_at = settings.now()
        for text in texts:
            unanswered.keep(session, worker, None, text=text, why="unclear", language=language, guess="wage_arrears", confidence=0.31)
        return [row.id for row in session.query(Unanswered).order_by(Unanswered.id)]


def say(desk, ids, label, kind="example", page="/unanswered"):
    fields = {"csrf": token(desk.get("/unanswered").text), "pick": [str(id) for id in ids], "label": label, "kind": kind}
    return desk.post(page, data=fields)


def test_ten_messages_labelled_train_without_a_warning(admin, tmp_path):
    """The only run of Rasa's validation in the suite: of the training data as they are, and of what the desk adds to them."""
    ids = kept(text for text, _ in TEN)
    page = admin.get("/unanswered").text
    assert "These 2 are much alike" in page and "the bot guessed" in page
    say(admin, ids[:2], "other_labour")
    for id, (_, name) in list(zip(ids, TEN))[2:]:
        assert say(admin, [id], name).status_code == 200
    assert "Nothing waits to be looked at" in admin.get("/unanswered").text
    say(admin, kept(["they fined me for a late parcel"], "en")[-1:], "platform_rules")
    for language in ("zh", "en"):
        file = admin.get(f"/unanswered/export?file={language}")
        assert file.headers["content-type"].startswith("application/yaml")
        assert f"from_the_desk_{language}.yml" in file.headers["content-disposition"]
        path = tmp_path / "nlu" / language / "from_the_desk.yml"
        path.parent.mkdir(parents=True)
        path.write_bytes(file.content)

    ours = examples.read(tmp_path / "nlu", "zh")
    assert {(one.text, one.intent, one.issues) for one in ours} == {
        (text.replace("[", "【").replace("]", "】"), name, () if name == "affirm" else (name,)) for text, name in TEN}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries that are loaded for it
        model = classifier.train([*examples.read()[::20], *ours])  # a part of the data, so that it takes seconds
    assert [model.predict(one.text).intent for one in ours] == [one.intent for one in ours]
    done = rasa("data", "validate", "--fail-on-warnings", "--data", "data", str(tmp_path / "nlu"))
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_words_are_put_right_before_anything_leaves(admin):
    [id] = kept(["老王不给钱"])
    here = f"/unanswered/{id}"
    page = admin.submit(here, here, text="某人不给钱", label="wage_arrears", kind="example", pick="no_contract")
    assert "某人不给钱" in page.text and "+ No contract" in page.text
    file = yaml.safe_load(admin.get("/unanswered/export?file=zh").content)
    assert file["nlu"] == [{"intent": "wage_arrears", "examples": [{"text": "某人不给钱\n", "metadata": {"also": ["no_contract"]}}]}]
    assert "Take the label back" in admin.get(f"/unanswered/{id}").text
    admin.submit(f"/unanswered/{id}", f"/unanswered/{id}", kind="open")
    assert "某人不给钱" in admin.get("/unanswered").text


def test_a_question_of_law_goes_to_the_lawyers(admin):
    ids = kept(["食堂的饭太咸了找谁"])
    say(admin, ids, "health_safety", "question")
    [question] = yaml.safe_load(admin.get("/unanswered/export?file=questions").content)
    assert question["name"] == "食堂的饭太咸了找谁" and question["facts"] == {"issues": ["health_safety"]}


@pytest.mark.parametrize("fields, words", [({"pick": [], "label": "greet", "kind": "example"}, "tick some"),
                                           ({"pick": ["1"], "label": "", "kind": "example"}, "choose what the message means"),
                                           ({"pick": ["1"], "label": "greet", "kind": "x"}, "choose whether"),
                                           ({"pick": ["x", "99999"], "label": "greet", "kind": "example"}, "tick some")])
def test_what_cannot_be_is_said_and_nothing_is_labelled(admin, fields, words):
    kept(["嗡嗡"])
    page = admin.post("/unanswered", data={"csrf": token(admin.get("/unanswered").text), **fields})
    assert page.status_code == 422 and words in page.text and "嗡嗡" in page.text
    page = admin.submit("/unanswered/1", "/unanswered/1", text=" ", label="greet", kind="example")
    assert page.status_code == 422 and "must not be empty" in page.text


def test_how_much_is_understood_is_shown_as_a_chart_and_as_its_table(admin):
    with store.session() as session:
        for language, number in (("zh", 8), ("en", 4)):
            for one in range(number):
                unanswered.count_message(session, language, heard=1, missed=int(one == 0))
    assert "How much is understood: 83.3%" in re.sub(r"\s+", " ", admin.get("/unanswered").text)
    page = admin.get("/unanswered?show=coverage").text
    assert "Of 12 messages of the last half year 83.3% were understood, 2 were not" in page
    assert 'role="img"' in page and "<td>12</td><td>2</td><td>83.3%</td>" in page
    assert "<td>8</td><td>1</td><td>87.5%</td>" in admin.get("/unanswered?show=coverage&language=zh").text
    assert 'role="img"' not in admin.get("/unanswered").text


def test_no_messages_yet_is_said(admin):
    assert "No messages yet" in admin.get("/unanswered?show=coverage").text
    assert "Nothing waits to be looked at" in admin.get("/unanswered").text
    assert "Nothing has been labelled yet" in admin.get("/unanswered?show=done").text


def test_the_hotline_labels_what_it_reaches_and_gets_no_files(admin, hotline):
    [id] = kept(["嗡嗡"])
    assert "嗡嗡" not in hotline.get("/unanswered").text and hotline.get(f"/unanswered/{id}").status_code == 404
    assert "tick some" in say(hotline, [id], "greet").text, "out of reach is as if it were not there"
    code = carpenter()
    with store.session() as session:
        case = session.query(Case).filter_by(code=code).one()
        referrals.to_hotline(session, case)
        unanswered.keep(session, case.worker, case, text="哇啦哇啦", why="unread", language="zh", guess=None, confidence=None)
    page = hotline.get("/unanswered").text
    assert "哇啦哇啦" in page and "嗡嗡" not in page and code not in page, "whose it is does not show"
    say(hotline, [id + 1], "greet")
    done = hotline.get("/unanswered?show=done").text
    assert "哇啦哇啦" in done and "/unanswered/export" not in done
    assert hotline.get("/unanswered/export?file=zh").status_code == 403


def test_what_is_done_goes_on_record_without_the_words(admin):
    say(admin, kept(["嗡嗡"]), "greet")
    admin.get("/unanswered/export?file=zh")
    assert admin.get("/unanswered/export?file=../x").status_code == 404 and admin.get("/unanswered/9999").status_code == 404
    with store.session(only_reads=True) as session:
        deeds = session.query(Audit).filter(Audit.action.like("unanswered.%")).all()
        assert [row.action for row in deeds] == ["unanswered.label", "unanswered.export"] and "嗡" not in str([row.detail for row in deeds])


@pytest.mark.parametrize("query", ["after=x", "after=99999999999", "why=%00&language=xx", "show=all", "show=done&after=-1"])
def test_an_address_that_makes_no_sense_shows_a_page_all_the_same(admin, query):
    assert admin.get(f"/unanswered?{query}").status_code == 200
