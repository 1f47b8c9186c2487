"""At rest, what could name or describe a person is not readable, and the keys can be changed."""
import pytest

from bot import settings
from bot.cases import buttons, cases, crypto, inbox, messages, referrals, staff, store, workers
from tests.cases.conftest import DAY, assessment

SECRETS = ("700700700", "周木生", "我不是会员", "61817", "拿到了钱", "贵州盘州某工地", "记在卡上")


def test_no_clear_words_lie_in_the_files(sqlite):
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "700700700", "zh")
        worker.consented_at, worker.dialogue = settings.now(), {"pending": {"employer": "周木生"}}
        case = cases.open_case(session, worker)
        cases.state(session, case, {"place": "贵州盘州某工地", "employer": "周木生", "amount_owed": 61817})
        cases.keep_assessment(session, case, assessment(card="记在卡上"))
        contact = referrals.log_contact(session, case, body="union", level="county", adcode=None, on=DAY, by="worker", answer="deflected",
                                        reason="not_member", words="说我不是会员")
        referrals.resolve(session, referrals.to_hotline(session, case), "拿到了钱", "staff:mei")
        messages.log(session, worker, "worker", "我叫周木生", case.id)
        messages.send(session, worker, "k", "周木生你好")
        buttons.show(session, worker.id, [{"title": "周木生", "payload": "/inform"}])
        inbox.store(session, "telegram", "1", worker.sender, {"text": "我叫周木生", "from": {"id": 700700700}})
        staff.audit(session, "mei", "case.read", case.code, {"words": "周木生"})
        assert contact.words == "说我不是会员"
    held = b"".join(path.read_bytes() for path in sqlite.parent.glob("gongyou.db*"))
    for secret in SECRETS:
        for form in (secret.encode(), secret.encode("utf-16-le"), secret.encode("unicode_escape"), secret.encode("gb18030")):
            assert form not in held, secret


def test_a_new_key_in_front_still_reads_what_the_old_one_wrote(sqlite, monkeypatch):
    with store.session() as session:
        workers.arrive(session, "telegram", "700700700")
    monkeypatch.setenv("BOT_SECRET_KEYS", f"{crypto.new_key()},{settings.secret_keys()[0]}")
    with store.session() as session:
        assert workers.arrive(session, "telegram", "700700700").address == "700700700"


def test_without_the_right_key_nothing_is_read_and_the_setting_is_named(sqlite, monkeypatch):
    with store.session() as session:
        workers.arrive(session, "telegram", "700700700")
    monkeypatch.setenv("BOT_SECRET_KEYS", crypto.new_key())
    with pytest.raises(settings.SettingsError, match="BOT_SECRET_KEYS"):
        with store.session() as session:
            workers.arrive(session, "telegram", "700700700")


def test_a_hash_needs_the_key(sqlite):
    assert crypto.keyed_hash("a", "telegram", "7") == crypto.keyed_hash("a", "telegram", "7") != crypto.keyed_hash("b", "telegram", "7")
    assert crypto.keyed_hash("a", "tele", "gram7") != crypto.keyed_hash("a", "telegram", "7")
