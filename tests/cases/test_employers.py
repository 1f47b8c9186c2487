"""Matters of several workers against one employer meet, whatever they call it; nothing lies in clear, and people can decide and undo."""
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from click.testing import CliRunner
from sqlalchemy import create_engine, select, text

from bot import cli, settings
from bot.cases import (
    alerts,
    cases,
    compliance,
    employer_reach,
    employer_ties,
    employers,
    forget,
    further_places,
    groups,
    log_counts,
    queue,
    referrals,
    rights,
    staff,
    store,
    teams,
    workers,
)
from bot.cases.model import Alert, Case, CaseEmployer, CasePlace, DataKey, Employer, EmployerTie, EmployerVerdict, LogCase
from bot.followup import alert
from bot.law import load
from tests.cases.conftest import assessment, new_postgresql

RULE = load().rule("employers")


@pytest.fixture
def session(sqlite):
    """One unit of work on SQLite; what PostgreSQL may see otherwise has tests with `record`."""
    with store.session() as unit:
        yield unit


def told(session, sender: str, passed_on: bool = True, **facts) -> Case:
    """A worker's matter with its facts, assessed, and passed on."""
    case = cases.open_case(session, workers.arrive(session, "web", f"browser of {sender}", "zh"))
    cases.state(session, case, {"adcode": "520281", **facts})
    cases.keep_assessment(session, case, assessment())
    if passed_on:
        referrals.to_hotline(session, case)
    return case


def only(session, name: str) -> Employer:
    """The employer that one more worker names."""
    return employers.of_case(session, told(session, name, employer=name))[0]


def named(session, case: Case) -> list[str]:
    return [employers.name_of(row).shown() for row in employers.of_case(session, case)]


@pytest.fixture
def people(session):
    """An admin, and one colleague of each desk: Guizhou, Sichuan, Chongqing."""
    found = {}
    for name, regions in {"root": None, "guizhou": "52", "sichuan": "51", "chongqing": "50"}.items():
        staff.add(session, name, "admin" if name == "root" else "hotline")
        found[name] = staff.by_name(session, name)
        if regions:
            found[name].team_id = teams.keep(session, None, name, regions).id
    return found


# --- links

def test_spellings_of_one_employer_meet_and_others_do_not(session):
    one, other = told(session, "a", employer="好运建筑"), told(session, "b", employer="盘州市好運建築有限公司")
    third = told(session, "c", employer="大运建筑", platform="美團外賣")
    assert employers.of_case(session, one) == employers.of_case(session, other) and len(employers.of_case(session, third)) == 2
    assert session.query(Employer).count() == 3 and set(named(session, third)) == {"大运建筑", "美团"}


def test_only_what_was_passed_on_is_linked_and_from_then_on(session):
    case = told(session, "a", passed_on=False, employer="好运建筑", employer_place="重庆渝中区")
    assert session.query(Employer).count() == session.query(CasePlace).count() == 0
    referrals.to_hotline(session, case)
    assert named(session, case) == ["好运建筑"] and [row.adcode for row in further_places.of_case(session, case)] == ["500103"]


def test_a_corrected_name_moves_the_link_and_nothing_is_left_of_the_wrong_one(session):
    case = told(session, "a", employer="好运建筑")
    key = employers.of_case(session, case)[0].key_id
    cases.state(session, case, {"employer": "大运建筑"}, "staff:mei")
    cases.keep_assessment(session, case, assessment())
    session.expire_all()
    assert named(session, case) == ["大运建筑"] and session.query(Employer).count() == 1 and session.get(DataKey, key) is None


def test_a_merged_matter_brings_its_employer_along(session):
    into = told(session, "a")
    double = cases.open_case(session, into.worker)
    cases.state(session, double, {"employer": "好运建筑", "adcode": "520281"})
    assert groups.merge(session, double, into, "staff:mei", "并到") and named(session, into) == ["好运建筑"]


def test_with_the_last_worker_the_employer_and_what_was_decided_of_it_is_erased(session):
    first, second = told(session, "a", employer="好运建筑"), told(session, "b", employer="好远建筑")
    one, other = employers.of_case(session, first)[0], employers.of_case(session, second)[0]
    key = other.key_id
    employer_ties.tie(session, one, other, True, "mei", "同一个执照")
    third = told(session, "c", employer="好运建筑")
    forget.forget(session, first.worker)
    assert session.query(Employer).count() == 2
    forget.forget(session, third.worker)
    session.expire_all()
    assert session.query(Employer).count() == 1 and session.query(EmployerTie).count() == 0 and session.query(CaseEmployer).count() == 1
    forget.forget(session, second.worker)
    assert session.query(Employer).count() == 0 and session.query(DataKey).filter(DataKey.id == key).count() == 0


def test_no_name_lies_in_the_files(sqlite, tmp_path):
    with store.session() as session:
        case = told(session, "a", employer="周木生建筑有限公司", platform="某某跑腿老王")
        one, other = employers.of_case(session, case)
        employer_ties.tie(session, one, other, False, "mei", "户名不同")
        assert case.platform == "other"
    held = b"".join(path.read_bytes() for path in tmp_path.glob("gongyou.db*"))
    for secret in ("周木生", "某某跑腿", "老王", "户名"):
        for form in (secret.encode(), secret.encode("utf-16-le"), secret.encode("unicode_escape"), secret.encode("gb18030")):
            assert form not in held, secret


def test_of_platforms_the_queue_knows_the_known_ones_and_others(session, people):
    for sender, platform in (("a", "美團外賣"), ("b", "Meituan"), ("c", "某某跑腿老王"), ("d", None)):
        told(session, sender, platform=platform)
    assert queue.platforms(session, people["root"].id) == ["other", "美团"]
    assert queue.count(session, queue.Filters(platform="美团"), viewer=people["root"].id) == 2


def test_a_command_links_all_matters_anew(sqlite):
    with store.session() as session:
        code = told(session, "a", employer="好运建筑").code
        session.query(CaseEmployer).delete()
    done = CliRunner().invoke(cli.app, ["employers", "link"])
    assert (done.exit_code, done.stderr) == (0, "1 matters linked\n")
    with store.session(only_reads=True) as session:
        assert named(session, session.query(Case).filter_by(code=code).one()) == ["好运建筑"]


# --- same, or not

def test_what_people_decide_joins_matters_and_undoing_parts_them_again(session, people):
    one, two, three = (only(session, name) for name in ("好运建筑", "好运建筑劳务", "Haoyun Construction"))
    likely = [row for row, _ in employer_reach.alike(session, people["root"], frozenset({one.id}))]
    assert set(likely) == {two, three}
    first = employer_ties.tie(session, one, two, True, "mei", "同一个执照")
    second = employer_ties.tie(session, two, three, True, "mei")
    assert employer_ties.circle(session, three.id) == {one.id, two.id, three.id}
    assert len(employer_reach.matters(session, employer_ties.circle(session, one.id))) == 3
    [line] = employer_reach.listed(session, people["root"])
    assert (line.employer, line.matters, line.mine, line.open_workers) == (one, 3, 3, 3)
    employer_ties.undo(first, "lin")
    assert employer_ties.circle(session, one.id) == {one.id} and employer_ties.circle(session, two.id) == {two.id, three.id}
    assert (first.undone_by, second.undone_at) == ("lin", None) and session.query(EmployerTie).count() == 2


def test_not_the_same_is_not_suggested_again_and_can_be_decided_otherwise(session, people):
    one, two = (only(session, name) for name in ("好运建筑", "好运建筑劳务"))
    assert employer_ties.tie(session, one, two, False, "mei") and employer_reach.alike(session, people["root"], frozenset({one.id})) == []
    assert employer_ties.tie(session, two, one, False, "mei") is None and employer_ties.tie(session, one, one, True, "mei") is None
    assert employer_ties.tie(session, two, one, True, "lin") and employer_ties.circle(session, one.id) == {one.id, two.id}
    assert [(row.same, row.undone_by) for row in employer_ties.ties(session, frozenset({one.id}))] == [(True, None), (False, "lin")]


@pytest.mark.parametrize("words, found", [("好運建築 股份有限公司", {"好运建筑"}), ("haoyun", {"好运建筑"}), ("好运", {"好运建筑"}),
                                          ("美", {"美团"}), ("Meituan", {"美团"}), ("%", set()), ("老板", set()), ("福来电子", set())])
def test_a_search_takes_any_spelling_and_parts_of_a_name(session, people, words, found):
    told(session, "a", employer="好运建筑")
    told(session, "b", platform="美团")
    assert {employers.name_of(line.employer).shown() for line in employer_reach.listed(session, people["root"], words)} == found


# --- alerts

def later(days: int = 0):
    return settings.now() + timedelta(days=days)


def shown(session, person) -> list[str]:
    return [one.employer.code for one, _ in alerts.open_for(session, person) if one.kind == "employer"]


def test_three_workers_raise_one_alert_and_five_another(record):
    with store.session() as session:
        staff.add(session, "root", "admin")
        for sender in "ab":
            told(session, sender, employer="好运建筑")
        cases.state(session, told(session, "a", employer="好运建筑"), {"people": 40})
    alert.round(later())
    with store.session() as session:
        assert shown(session, staff.by_name(session, "root")) == [], "two workers, one of them twice"
        told(session, "c", employer="盘州市好运建筑有限公司")
    for _ in range(2):
        alert.round(later())
    with store.session() as session:
        assert len(shown(session, staff.by_name(session, "root"))) == 1
        told(session, "d", employer="好运建筑")
    alert.round(later())
    with store.session() as session:
        assert len(shown(session, staff.by_name(session, "root"))) == 1, "four workers"
        told(session, "e", employer="好运建筑")
    alert.round(later())
    with store.session(only_reads=True) as session:
        assert len(shown(session, staff.by_name(session, "root"))) == 2


@pytest.mark.parametrize("given, raised", [
    ({"employer": "好运建筑"}, True), ({"platform": "美团"}, False), ({"employer": "老板"}, False),
    ({"employer": "好运建筑", "late": True}, False), ({"employer": "好运建筑", "closed": True}, False),
    ({"employer": "好运建筑", "kept": True}, False)],
    ids=["an employer", "a platform takes more", "nobody", "long ago", "closed", "not passed on"])
def test_what_counts_for_an_alert(sqlite, given, raised):
    facts = {name: value for name, value in given.items() if name in ("employer", "platform")}
    with store.session() as session:
        staff.add(session, "root", "admin")
        for sender in "abc":
            case = told(session, sender, passed_on="kept" not in given, **facts)
            if "closed" in given:
                cases.close(session, case)
    alert.round(later(RULE["alert"]["days"] + 1 if "late" in given else 0))
    with store.session(only_reads=True) as session:
        assert bool(shown(session, staff.by_name(session, "root"))) == raised


def test_names_that_a_person_took_for_one_count_together_and_each_desk_is_alerted(record):
    with store.session() as session:
        for name, regions in (("guizhou", "52"), ("sichuan", "51"), ("chongqing", "50")):
            staff.add(session, name, "hotline")
            staff.by_name(session, name).team_id = teams.keep(session, None, name, regions).id
        first, second = told(session, "a", employer="好运建筑"), told(session, "b", employer="好运建筑劳务")
        third = told(session, "c", employer="重庆好运建筑有限公司", adcode="510104")
        ends = [employers.of_case(session, case)[0] for case in (first, second, third)]
        for other in ends[1:]:
            employer_ties.tie(session, ends[0], other, True, "mei")
    alert.round(later())
    with store.session(only_reads=True) as session:
        seen = {name: len(shown(session, staff.by_name(session, name))) for name in ("guizhou", "sichuan", "chongqing")}
        assert seen == {"guizhou": 1, "sichuan": 1, "chongqing": 0}
        assert session.query(Alert).filter(Alert.kind == "employer").count() == 2
        [line] = employer_reach.listed(session, staff.by_name(session, "sichuan"), "好運建築")
        assert (line.matters, line.mine, line.open_workers) == (3, 1, 3)


# --- classes of compliance

def matters(session, *rows: dict):
    """Matters against one employer: each {"how" or "status" or "urgency" or "days"}."""
    for number, row in enumerate(rows):
        case = told(session, f"worker {number}", employer="好运建筑")
        referral = next(one for one in case.referrals if one.for_hotline)
        case.urgency, case.issues = row.get("urgency", "normal"), row.get("issues", ["wage_arrears"])
        referral.created_at -= timedelta(days=row.get("days", 0))
        case.opened_at -= timedelta(days=row.get("days", 0))
        if "how" in row:
            referrals.resolve(session, referral, "拿到了", "staff:mei", how=row["how"])
        if row.get("status") == "closed":
            referrals.close(referral, "没要到")
    session.flush()
    one = employers.of_case(session, case)[0]
    return one, compliance.suggest(employer_reach.matters(session, frozenset({one.id})), RULE["compliance"], settings.now())


@pytest.mark.parametrize("rows, grade, reasons", [
    ([{}], "medium", {"workers_open"}), ([{}, {}, {}], "poor", {"workers_open"}), ([{"urgency": "emergency"}], "poor", {"danger_open"}),
    ([{"days": 61}, {"days": 70}], "poor", {"long_open"}), ([{"how": "court"}, {"how": "arbitration"}], "poor", {"forced"}),
    ([{"status": "closed"}, {"status": "closed"}], "poor", {"unsolved"}),
    ([{"how": "inspection"}, {"how": "employer"}], "medium", {"forced"}),
    ([{"how": "employer"}], "full", {"put_right"}), ([{"how": "mediation"}, {"how": "employer"}], "full", {"put_right"}),
    ([{"issues": ["work_injury"]}, {"issues": ["work_injury"]}], "poor", {"injury_open"}),
    ([{"days": 731}], None, set())])
def test_the_class_and_its_reasons_follow_from_the_record(session, rows, grade, reasons):
    _, found = matters(session, *rows)
    assert (found.grade, {reason["figure"] for reason in found.reasons}) == (grade, reasons)
    assert all(reason["n"] >= reason["least"] for reason in found.reasons)


def test_a_confirmation_holds_until_it_is_taken_back_or_the_record_changes(session):
    one, suggestion = matters(session, {})
    ids = frozenset({one.id})
    assert compliance.confirmed(session, ids, suggestion) is None
    verdict = compliance.confirm(session, one, suggestion, "mei")
    assert compliance.confirmed(session, ids, suggestion) is verdict and verdict.reasons == [dict(reason) for reason in suggestion.reasons]
    told(session, "another", employer="好运建筑")
    changed = compliance.suggest(employer_reach.matters(session, ids), RULE["compliance"], settings.now())
    assert compliance.confirmed(session, ids, changed) is None
    again = compliance.confirm(session, one, changed, "lin")
    assert verdict.withdrawn_by == "lin" and compliance.confirmed(session, ids, changed) is again
    compliance.withdraw(again, "mei")
    assert compliance.confirmed(session, ids, changed) is None and session.query(EmployerVerdict).count() == 2


def test_every_rule_counts_a_figure_and_every_class_is_known():
    counted = compliance.figures([], RULE["compliance"], settings.now())
    assert list(RULE["compliance"]["classes"]) == list(compliance.CLASSES)
    assert {one["figure"] for rules in RULE["compliance"]["classes"].values() for one in rules} <= set(counted)


# --- two regions

@pytest.mark.parametrize("facts, sees", [
    ({}, {"guizhou"}), ({"employer_place": "重庆渝中区"}, {"guizhou", "chongqing"}), ({"platform_place": "成都市"}, {"guizhou", "sichuan"}),
    ({"employer_place": "重庆", "platform_place": "四川成都"}, {"guizhou", "chongqing", "sichuan"}),
    ({"household_place": "四川达州"}, {"guizhou"}),
    ({"adcode": "500103", "household_place": "四川达州"}, {"chongqing", "sichuan"}),
    ({"adcode": "510104", "household_place": "重庆万州"}, {"chongqing", "sichuan"}),
    ({"adcode": "510104", "household_place": "四川达州"}, {"sichuan"}),
    ({"adcode": "510104", "household_place": "贵州盘州"}, {"sichuan"}),
    ({"employer_place": "朝阳区"}, {"guizhou"}), ({"employer_place": "工业园那边"}, {"guizhou"})],
    ids=["one region", "the employer's place", "the platform's", "both", "no pact", "pact", "pact, the other way", "at home",
         "no pact with it", "a place that may be two", "no place"])
def test_a_matter_of_two_regions_is_seen_by_both_desks(session, people, facts, sees):
    case = told(session, "a", employer="好运建筑", **facts)
    assert {name for name, person in people.items() if rights.reaches(session, person, case)} == {"root", *sees}
    work = {"52": "guizhou", "50": "chongqing", "51": "sichuan"}[case.adcode[:2]]
    assert {name for name, person in people.items() if rights.may_identify(session, person, case)} == {"root", work}


def test_of_a_worker_registered_elsewhere_no_more_than_the_province_is_noted(session):
    case = told(session, "a", adcode="500103", household_place="四川达州宣汉县", household_adcode="511722")
    assert [(row.adcode, row.why) for row in further_places.of_case(session, case)] == [("510000", "pact")]


def test_what_was_not_passed_on_stays_with_the_place_of_work(session, people):
    case = told(session, "a", passed_on=False, employer_place="重庆渝中区")
    assert not rights.reaches(session, people["chongqing"], case) and rights.reaches(session, people["guizhou"], case)


def test_a_place_that_is_corrected_takes_the_matter_out_of_the_other_desks_reach(session, people):
    case = told(session, "a", employer_place="重庆渝中区")
    cases.state(session, case, {"employer_place": "成都"}, "staff:mei")
    cases.keep_assessment(session, case, assessment())
    assert not rights.reaches(session, people["chongqing"], case) and rights.reaches(session, people["sichuan"], case)


def test_an_employer_is_within_reach_where_one_matter_is_and_shows_figures_of_the_rest(session, people):
    told(session, "a", employer="重庆好运建筑有限公司")
    told(session, "b", employer="重庆好运建筑有限公司", adcode="510104")
    told(session, "c", employer="大运建筑")
    for name, sees in (("guizhou", {("重庆好运建筑", 2, 1), ("大运建筑", 1, 1)}), ("sichuan", {("重庆好运建筑", 2, 1)}),
                       ("chongqing", set()), ("root", {("重庆好运建筑", 2, 2), ("大运建筑", 1, 1)})):
        lines = employer_reach.listed(session, people[name])
        assert {(employers.name_of(line.employer).shown(), line.matters, line.mine) for line in lines} == sees, name
        for row in session.query(Employer):
            found = employer_reach.by_code(session, people[name], row.code)
            assert (found is row) == (row in [line.employer for line in lines])


# --- the way from an older record

@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_platforms_as_typed_leave_the_clear_column_on_the_way_up(kind, tmp_path, request, keys):
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else new_postgresql(request.getfixturevalue("cluster"))
    config, engine = Config(), create_engine(url, future=True)
    config.set_main_option("script_location", str(store.MIGRATIONS))
    config.attributes["engine"] = engine
    command.upgrade(config, "0017")
    with engine.begin() as connection:
        for number, platform in enumerate(("美团", "美團外賣", "某某跑腿老王", None), start=1):
            connection.execute(text("INSERT INTO \"case\" (code, status, opened_at, issues, platform) VALUES (:code, 'open', "
                                    "'2026-01-02 03:04:05', '[]', :platform)"), {"code": f"G-{number}", "platform": platform})
    command.upgrade(config, "head")
    with store.session(url) as session:
        assert list(session.scalars(select(Case.platform).order_by(Case.id))) == ["美团", "美团", "other", None]
        log_counts.catch_up(session)
        assert set(session.scalars(select(LogCase.platform))) == {"美团", "other"}
    store.engine(url).dispose()
    command.downgrade(config, "0017")
    command.upgrade(config, "head")
    engine.dispose()
