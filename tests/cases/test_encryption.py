"""At rest, what could name or describe a person is not readable, a ciphertext opens only in its own place, and keys can be changed."""
import io
import os
import subprocess
import sys

import pytest
from sqlalchemy import event, select, text

from bot import settings
from bot.cases import (
    buttons,
    cases,
    crypto,
    deflection_import,
    forget,
    groups,
    inbox,
    keys,
    messages,
    referrals,
    sealed,
    staff,
    store,
    workers,
)
from bot.cases.model import Audit, Case, CaseGroup, DataKey, Deflection, Employer, Fact, Inbox, Message, Outbox, Worker
from tests.cases.conftest import DAY, assessment

SECRETS = ("700700700", "周木生", "我不是会员", "61817", "拿到了钱", "贵州盘州某工地", "记在卡上")


@pytest.fixture
def told(record):
    """A worker with a case, about whom every table with sealed columns holds something; the codes of both."""
    with store.session() as session:
        worker = workers.arrive(session, "telegram", "700700700", "zh")
        worker.consented_at, worker.dialogue = settings.now(), {"pending": {"employer": "周木生"}}
        case = cases.open_case(session, worker)
        cases.state(session, case, {"place": "贵州盘州某工地", "employer": "周木生", "amount_owed": 61817, "union_member": True})
        cases.keep_assessment(session, case, assessment(card="记在卡上"))
        contact = referrals.log_contact(session, case, body="union", level="county", adcode=None, on=DAY, by="worker", answer="deflected",
                                        reason="not_member", words="说我不是会员")
        referrals.resolve(session, referrals.to_hotline(session, case), "拿到了钱", "staff:mei")
        messages.log(session, worker, "worker", "我叫周木生", case.id)
        messages.log(session, worker, "bot", "周木生你好")
        messages.send(session, worker, "k", "周木生你好")
        buttons.show(session, worker.id, [{"title": "周木生", "payload": "/inform"}])
        inbox.store(session, "telegram", "1", worker.sender, {"text": "我叫周木生", "from": {"id": 700700700}})
        groups.join(session, case, groups.open_group(session, "周木生的工地"))
        staff.audit(session, "mei", "case.read", case.code, {"words": "周木生"})
        assert contact.words == "说我不是会员"
        return worker.code, case.code


def raw(table: str, column: str, where: str = "true") -> list[bytes]:
    with store.session(only_reads=True) as session:
        return [bytes(value) for value in session.execute(text(f'SELECT {column} FROM "{table}" WHERE {where} ORDER BY id')).scalars()]


def write_raw(statement: str, **values) -> None:
    with store.session() as session:
        session.execute(text(statement), values)


def employer(session) -> str:
    return session.scalars(select(Fact).where(Fact.name == "employer")).one().value


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_no_clear_words_lie_in_the_files(told, tmp_path):
    held = b"".join(path.read_bytes() for path in tmp_path.glob("gongyou.db*"))
    for secret in SECRETS:
        for form in (secret.encode(), secret.encode("utf-16-le"), secret.encode("unicode_escape"), secret.encode("gb18030")):
            assert form not in held, secret


def test_every_worker_case_and_group_has_a_key_of_its_own(told):
    with store.session(only_reads=True) as session:
        owners = [session.scalars(select(kind)).one() for kind in (Worker, Case, CaseGroup, Employer)]
        assert len({owner.key_id for owner in owners} | {sealed.HOUSE}) == 5
        assert {crypto.key_named_in(fact._value) for fact in session.scalars(select(Fact))} == {owners[1].key_id}
        assert [crypto.key_named_in(row._text) for row in session.scalars(select(Message).order_by(Message.id))] == [
            owners[1].key_id, owners[0].key_id], "what was said of a case goes with the case"
        assert crypto.key_named_in(session.scalars(select(Outbox)).first()._body) == owners[0].key_id
        assert crypto.key_named_in(session.scalars(select(Audit)).one()._detail) == owners[1].key_id
        assert set(session.scalars(select(DataKey.id))) == {owner.key_id for owner in owners} | {sealed.HOUSE}


@pytest.mark.parametrize("moved", [
    "UPDATE fact SET value = (SELECT value FROM fact WHERE name = 'place') WHERE name = 'employer'",  # another row of the same case
    "UPDATE fact SET value = (SELECT result FROM assessment) WHERE name = 'employer'",  # another table
    "UPDATE fact SET uid = (SELECT uid FROM fact WHERE name = 'place') WHERE name = 'employer'",
])
def test_a_ciphertext_moved_elsewhere_does_not_open(told, moved):
    write_raw(moved)
    with store.session(only_reads=True) as session, pytest.raises(crypto.Forged, match="fact.value"):
        employer(session)


def test_a_ciphertext_moved_to_another_column_does_not_open(told):
    write_raw("UPDATE button SET payload = title")
    with store.session(only_reads=True) as session:
        button = buttons.find(session, 1, session.execute(text("SELECT key FROM button")).scalar())
        assert button.title == "周木生"
        with pytest.raises(crypto.Forged, match="button.payload"):
            str(button.payload)


def test_a_changed_bit_is_noticed(told):
    [data] = raw("fact", "value", "name = 'employer'")
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]
        if place not in (0, len(data) // 2, len(data) - 1) and not 1 <= place <= 9:
            continue
        write_raw("UPDATE fact SET value = :changed WHERE name = 'employer'", changed=changed)
        with store.session(only_reads=True) as session, pytest.raises((crypto.Forged, sealed.KeyGone)):
            employer(session)


def test_the_length_of_a_ciphertext_does_not_tell_yes_from_no(told):
    with store.session() as session:
        case = session.scalars(select(Case)).one()
        cases.state(session, case, {"written_contract": False})
    [yes], [no] = raw("fact", "value", "name = 'union_member'"), raw("fact", "value", "name = 'written_contract'")
    assert len(yes) == len(no)


def test_clear_text_cannot_be_written_into_a_sealed_column(session, case):
    session.add(Fact(case_id=case.id, name="place", _value="盘州".encode(), source="worker", stated_at=settings.now()))
    with pytest.raises(Exception, match="sealed column takes ciphertexts only"):
        session.flush()


def test_what_has_not_changed_is_not_written_again(told):
    before = raw("worker", "dialogue")
    with store.session() as session:
        session.scalars(select(Worker)).one().dialogue = {"pending": {"employer": "周木生"}}
    assert raw("worker", "dialogue") == before
    with store.session() as session:
        session.scalars(select(Worker)).one().dialogue = {"pending": {"employer": "周水生"}}
    assert raw("worker", "dialogue") != before
    with store.session(only_reads=True) as session:
        assert session.scalars(select(Worker)).one().dialogue == {"pending": {"employer": "周水生"}}


def test_a_row_can_be_read_after_its_unit_of_work(told):
    with store.session(only_reads=True) as session:
        row = session.scalars(select(Inbox)).one()
    assert row.payload["text"] == "我叫周木生"


def test_a_unit_of_work_looks_its_keys_up_once(told, record):
    seen = []
    event.listen(store.engine(record), "before_cursor_execute", lambda *call: seen.append(call[2]))
    with store.session(only_reads=True) as session:
        case = session.scalars(select(Case)).one()
        assert case.worker.address and all(fact.value is not None for fact in case.facts) and case.assessments[0].result
    assert len([one for one in seen if "data_key" in one]) == 1, "the worker's and the case's together"


def test_a_key_undone_with_its_savepoint_is_not_used_afterwards(session, worker):
    savepoint = session.begin_nested()
    cases.state(session, cases.open_case(session, worker), {"employer": "周木生"})
    savepoint.rollback()
    case = cases.open_case(session, worker)
    cases.state(session, case, {"employer": "周木生"})
    session.expire_all()
    assert cases.stated(case) == {"employer": "周木生"}


def test_an_imported_log_is_sealed_with_the_key_of_the_house(session):
    row = dict.fromkeys(deflection_import.COLUMNS) | {"case_id": "A-1", "words": "不是会员", "aware": "yes", "involved": "no"}
    deflection_import.add(session, [row, row | {"words": None}])
    kept = session.scalars(select(Deflection).order_by(Deflection.id)).all()
    assert [one.words for one in kept] == ["不是会员", None] and crypto.key_named_in(kept[0]._words) == sealed.HOUSE


def test_without_the_right_key_nothing_is_read_and_the_setting_is_named(told, monkeypatch):
    monkeypatch.setenv("BOT_SECRET_KEYS", crypto.new_key())
    with pytest.raises(settings.SettingsError, match="BOT_SECRET_KEYS"):
        with store.session() as session:
            workers.arrive(session, "telegram", "700700700")


def test_a_key_that_is_none_is_named(monkeypatch):
    for wrong in ("short", crypto.new_key()[:-4], "ä" * 44):
        monkeypatch.setenv("BOT_SECRET_KEYS", wrong)
        with pytest.raises(settings.SettingsError, match="BOT_SECRET_KEYS"):
            crypto.newest_master()


def bot(*arguments, **environment) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "bot", *arguments], cwd=settings.ROOT, capture_output=True, text=True,
                          env={**os.environ, **environment})


def test_rotation_leaves_every_word_readable_and_the_old_key_useless(told, monkeypatch):
    old, new = settings.secret_keys()[0], crypto.new_key()
    monkeypatch.setenv("BOT_SECRET_KEYS", f"{new},{old}")
    with store.session() as session:  # an interrupted rotation: what is done stays done, the rest is still read with the old key
        row = session.scalars(select(DataKey).where(DataKey.id != sealed.HOUSE)).first()
        row.master, row.wrapped = crypto.wrap(crypto.unwrap(row.master, row.wrapped, row.id), row.id)
    done = bot("keys", "rotate")
    assert (done.returncode, done.stdout) == (0, "4 data keys wrapped anew; all are under the first key of BOT_SECRET_KEYS now\n")
    assert bot("keys", "rotate").stdout.startswith("0 data keys")
    monkeypatch.setenv("BOT_SECRET_KEYS", new)
    with store.session() as session:
        assert workers.arrive(session, "telegram", "700700700").address == "700700700"
        assert cases.stated(session.scalars(select(Case)).one())["employer"] == "周木生"
    monkeypatch.setenv("BOT_SECRET_KEYS", old)
    refused = bot("keys", "rotate")
    assert refused.returncode == 2 and refused.stderr.startswith("BOT_SECRET_KEYS: ")


def test_a_wrapped_key_put_in_the_place_of_another_does_not_open(told):
    with store.session() as session:
        first, second = session.scalars(select(DataKey)).all()[:2]
        second.wrapped = first.wrapped
    with store.session(only_reads=True) as session, pytest.raises(crypto.Forged):
        sealed.ring(session).box(second.id)


def test_forgetting_deletes_the_keys_so_that_a_copy_made_before_tells_nothing(told):
    copy = {(table, column): raw(table, column) for table, column in (("fact", "value"), ("message", "text"), ("worker", "address"))}
    names = {"fact": raw("fact", "uid"), "message": raw("message", "uid")}
    with store.session() as session:
        forget.forget(session, workers.by_code(session, told[0]))
    with store.session(only_reads=True) as session:
        assert list(session.scalars(select(DataKey.id))) == [sealed.HOUSE]
        ring = sealed.ring(session)
        for (table, column), held in copy.items():
            for number, data in enumerate(held):
                place = crypto.place(table, column, [names[table][number] if table in names else told[0]])
                with pytest.raises(sealed.KeyGone):
                    crypto.unseal(ring.box(crypto.key_named_in(data)), place, data)


def test_of_one_case_forgotten_nothing_stays_and_the_other_can_still_be_read(told):
    with store.session() as session:
        worker = workers.by_code(session, told[0])
        other = cases.open_case(session, worker)
        cases.state(session, other, {"employer": "别的老板"})
        worker.dialogue = {"case": told[1], "pending": {"employer": "周木生"}, "pinned_language": True,
                           "others": {other.code: {"asked": "place"}}}
        before, code = worker.key_id, other.code
    with store.session() as session:
        forget.forget_case(session, session.scalars(select(Case).where(Case.code == told[1])).one())
    with store.session(only_reads=True) as session:
        worker, case = session.scalars(select(Worker)).one(), session.scalars(select(Case)).one()
        assert worker.key_id != before and worker.address == "700700700"
        assert worker.dialogue == {"pinned_language": True, "others": {code: {"asked": "place"}}}
        assert (case.code, cases.stated(case)) == (code, {"employer": "别的老板"})
        assert [row.text for row in session.scalars(select(Message))] == ["周木生你好"], "what was said of no case"
        assert session.scalars(select(Inbox)).one().payload["text"] == "我叫周木生"
        assert set(session.scalars(select(DataKey.id))) == {sealed.HOUSE, worker.key_id, case.key_id}
        assert {row.case_id[:2] for row in session.scalars(select(Deflection))} == {"X-"}


def test_a_backup_brought_back_with_the_newest_keys_lacks_what_was_erased_since(told):
    """As `bot backup` and `bot restore` do it: the data without the keys, and the keys in a file of their own."""
    with store.session() as session:
        stays = workers.arrive(session, "telegram", "8", "zh")
        cases.state(session, cases.open_case(session, stays), {"employer": "留下的"})
        everyone = set(session.scalars(select(DataKey.id)))
        theirs = everyone - {sealed.HOUSE, stays.key_id, stays.cases[0].key_id}
        keys.drop(session, *theirs)
        newest = io.BytesIO()
        keys.write(session, newest)  # the key file as it is after the worker was forgotten
        session.query(DataKey).delete()
    with store.session() as session:  # the record as the dated backup has it: every row of data and no key
        newest.seek(0)
        assert keys.read(session, newest) == 3
        assert forget.erase_keyless(session) == 2
    with store.session(only_reads=True) as session:
        assert [cases.stated(case) for case in session.scalars(select(Case))] == [{"employer": "留下的"}]
        assert session.scalars(select(Worker)).one().address == "8"
        assert set(session.scalars(select(DataKey.id))) == everyone - theirs


def test_a_worker_who_has_a_case_left_stays_when_the_old_key_is_gone(told):
    with store.session() as session:
        worker = workers.by_code(session, told[0])
        keys.drop(session, worker.key_id)
    with store.session() as session:
        assert forget.erase_keyless(session) == 0
        worker = workers.arrive(session, "telegram", "700700700")
        assert worker.code == told[0] and cases.stated(worker.cases[0])["employer"] == "周木生"
        assert (worker.address, worker.dialogue) == ("700700700", None)


def test_a_file_of_keys_that_is_none_is_refused_by_line(session):
    with pytest.raises(keys.KeyFileFault, match="line 2"):
        keys.read(session, [b'{"id": 5, "master": "a", "wrapped": "AAAA"}', b"what"])


def test_a_hash_needs_the_key(sqlite):
    assert crypto.keyed_hash("a", "telegram", "7") == crypto.keyed_hash("a", "telegram", "7") != crypto.keyed_hash("b", "telegram", "7")
    assert crypto.keyed_hash("a", "tele", "gram7") != crypto.keyed_hash("a", "telegram", "7")
