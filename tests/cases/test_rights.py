"""Who of the staff reaches which matter: by role, by desk and by region; the same rule for lists and for single objects."""
import pytest
from sqlalchemy import select

from bot import settings
from bot.cases import cases, deflections, queue, referrals, rights, staff, teams, workers
from bot.cases.model import Case, Deflection, Team

PLACES = {"Panzhou": "520281", "Guiyang": "520103", "Shenzhen": "440306", "Beijing": "110105", "nowhere": None}


@pytest.fixture
def people(session):
    """Accounts by name: an admin, one of no desk, and one of each desk."""
    found = {}
    for name, regions in {"root": None, "nobody": None, "guizhou": "52", "panzhou": "5202", "shenzhen": "4403"}.items():
        staff.add(session, name, "admin" if name == "root" else "hotline")
        found[name] = staff.by_name(session, name)
        if regions:
            found[name].team_id = teams.keep(session, None, name, regions).id
    return found


@pytest.fixture
def matters(session, people):
    """One matter passed on from each of PLACES, by its name."""
    return {name: matter(session, name, adcode) for name, adcode in PLACES.items()}


def matter(session, name: str, adcode: str | None, passed_on: bool = True) -> Case:
    case = cases.open_case(session, workers.arrive(session, "web", f"worker at {name}", "zh"))
    case.adcode = adcode
    if passed_on:
        referrals.to_hotline(session, case)
    return case


def of(case: Case):
    return next(referral for referral in case.referrals if referral.for_hotline)


def reached(session, person, matters: dict) -> set[str]:
    """The names of the matters within reach; lists and single objects must agree on them."""
    listed = set(session.scalars(select(Case.id).where(rights.cases(session, person))))
    assert {row.case.id for row in queue.waiting(session, viewer=person.id)} <= listed
    assert queue.count(session, viewer=person.id) == len(queue.waiting(session, viewer=person.id))
    for case in matters.values():
        found = rights.case(session, person, case.code), rights.case(session, person, str(case.id))
        assert (case.id in listed) == rights.reaches(session, person, case) == (found == (case, case))
    return {name for name, case in matters.items() if case.id in listed}


@pytest.mark.parametrize("name, sees", [
    ("root", set(PLACES)), ("nobody", set(PLACES)), ("guizhou", {"Panzhou", "Guiyang", "Beijing", "nowhere"}),
    ("panzhou", {"Panzhou", "Beijing", "nowhere"}), ("shenzhen", {"Shenzhen", "Beijing", "nowhere"})])
def test_a_desk_reaches_its_regions_and_what_no_desk_answers_for(session, people, matters, name, sees):
    assert reached(session, people[name], matters) == sees


def test_what_was_offered_is_within_reach_until_refused_and_stays_there_once_accepted(session, people, matters):
    case, guest = matters["Shenzhen"], people["panzhou"]
    to = session.get(Team, guest.team_id)
    for answer, sees in (("refused", False), ("accepted", True)):
        assert not rights.reaches(session, guest, case)
        teams.offer(session, of(case), to, "shenzhen", "公司在盘州")
        assert rights.reaches(session, guest, case)
        teams.answer(session, teams.pending(session, of(case)), guest, answer == "accepted", "不归我们")
        assert rights.reaches(session, guest, case) == sees
    assert rights.reaches(session, people["shenzhen"], case), "of its region all the same"
    assert not rights.reaches(session, people["guizhou"], case)
    referrals.resolve(session, of(case), "拿到了", "staff:panzhou")
    assert rights.reaches(session, guest, case), "whoever ended it may look at what they did"


def test_a_matter_of_no_place_that_a_desk_took_up_is_that_desks(session, people, matters):
    teams.offer(session, of(matters["nowhere"]), session.get(Team, people["panzhou"].team_id), "nobody", "盘州口音")
    assert rights.reaches(session, people["shenzhen"], matters["nowhere"]), "only offered so far"
    teams.answer(session, teams.pending(session, of(matters["nowhere"])), people["panzhou"], True, None)
    assert rights.reaches(session, people["panzhou"], matters["nowhere"])
    assert not rights.reaches(session, people["shenzhen"], matters["nowhere"])


def test_moving_to_another_desk_takes_the_old_matters_out_of_reach_at_once(session, people, matters):
    mover = people["panzhou"]
    assert referrals.take(session, of(matters["Panzhou"]), mover)
    mover.team_id = people["shenzhen"].team_id
    assert "Panzhou" not in reached(session, mover, matters)


def test_a_matter_that_was_not_passed_on_goes_by_its_place(session, people):
    case = matter(session, "x", "440306", passed_on=False)
    assert rights.reaches(session, people["shenzhen"], case) and not rights.reaches(session, people["guizhou"], case)
    assert not rights.agreed(case)


@pytest.mark.parametrize("key", ["0", "9" * 40, "999999999999999", "G-26-NONE", "", "\x00", "٣", "1'--", "-1", "1.0"])
def test_a_key_of_no_matter_finds_none(session, people, matters, key):
    assert rights.case(session, people["root"], key) is None


def test_a_forgotten_matter_is_within_nobodys_reach(session, people, matters):
    matters["Panzhou"].status = "forgotten"
    session.flush()
    assert rights.case(session, people["root"], matters["Panzhou"].code) is None


def test_the_log_shows_and_exports_the_rows_of_matters_within_reach(session, people, matters):
    now = settings.now()
    for code, adcode in (("old-1", "520281"), ("old-2", "440306"), ("old-3", "110105"), ("old-4", None), ("old-5", "520000")):
        session.add(Deflection(case_id=code, adcode=adcode, created_at=now))
    session.flush()
    own = {name: case.code for name, case in matters.items()}
    everything = {*own.values(), "old-1", "old-2", "old-3", "old-4", "old-5"}
    sees = {"root": everything, "nobody": everything,
            "shenzhen": {own["Shenzhen"], own["Beijing"], own["nowhere"], "old-2", "old-3", "old-4"},
            "panzhou": {own["Panzhou"], own["Beijing"], own["nowhere"], "old-1", "old-3", "old-4"}}
    for name, codes in sees.items():
        assert {row["case_id"] for row in deflections.rows(session, within=rights.deflections(session, people[name]))} == codes, name
    assert {row["case_id"] for row in deflections.rows(session)} == everything, "on the command line"


def test_platforms_and_the_search_of_the_queue_stay_within_reach(session, people, matters):
    for name, platform in (("Panzhou", "美团"), ("Shenzhen", "闪送")):
        matters[name].platform = platform
        cases.state(session, matters[name], {"employer": "好运公司"})
    assert queue.platforms(session, people["shenzhen"].id) == ["闪送"] and queue.platforms(session, people["root"].id) == ["美团", "闪送"]
    [row] = queue.waiting(session, queue.Filters(search="好运"), viewer=people["shenzhen"].id)
    assert row.case is matters["Shenzhen"]
