"""Accounts: one-time passwords, sign-ins that end, and a record from which nobody can sign in."""
from datetime import datetime, timedelta

import pytest

from bot import settings
from bot.cases import staff, store
from bot.cases.model import Staff, StaffSession

OWN = "plum teacup river 42"


@pytest.fixture
def session(database):
    with store.session() as unit:
        yield unit


def test_the_first_admin_is_made_once_on_an_empty_list(session):
    name, password = staff.ensure_first_admin(session)
    assert name == "admin" and staff.verify(session, "admin", password).role == "admin"
    assert staff.ensure_first_admin(session) is None


def test_a_new_account_has_a_one_time_password_that_must_be_changed(session):
    password = staff.add(session, "li", "hotline")
    person = staff.verify(session, "li", password)
    assert person.must_change
    staff.change_password(session, person, OWN)
    assert not person.must_change and staff.verify(session, "li", password) is None and staff.verify(session, "LI", OWN) is person


def test_the_database_holds_neither_passwords_nor_tokens(session):
    password = staff.add(session, "li", "hotline")
    token = staff.sign_in(session, staff.by_name(session, "li"))
    person, found = session.query(Staff).one(), session.query(StaffSession).one()
    assert person.password_hash.startswith("$argon2id$") and password not in person.password_hash
    assert token not in found.token_hash and len(found.token_hash) == 64


@pytest.mark.parametrize("new, code", [("elevenchars", "password_short"), ("x" * 201, "password_long"), (OWN, "password_same")])
def test_a_password_is_long_enough_and_not_the_old_one(session, new, code):
    staff.add(session, "li", "hotline")
    staff.change_password(session, staff.by_name(session, "li"), OWN)
    with pytest.raises(staff.StaffError) as error:
        staff.change_password(session, staff.by_name(session, "li"), new)
    assert error.value.code == code


@pytest.mark.parametrize("name", ["", "x", "a b", "../etc", "<b>", "li\nwang", "x" * 33])
def test_odd_names_are_refused(session, name):
    with pytest.raises(staff.StaffError, match="name"):
        staff.add(session, name, "hotline")


def test_a_name_is_taken_whatever_its_capitals(session):
    staff.add(session, "Li", "hotline")
    with pytest.raises(staff.StaffError, match="taken"):
        staff.add(session, "li", "admin")


def test_chinese_names_are_names(session):
    assert staff.verify(session, "王芳", staff.add(session, "王芳", "hotline")) is not None


def test_a_role_nobody_knows_is_refused(session):
    with pytest.raises(staff.StaffError, match="role"):
        staff.add(session, "li", "boss")


def test_a_sign_in_ends_after_an_idle_hour_and_after_twelve_hours(session):
    staff.add(session, "li", "hotline")
    person, start = staff.by_name(session, "li"), datetime(2026, 11, 2, 9, 0, tzinfo=settings.CHINA)
    token = staff.sign_in(session, person, now=start)
    assert staff.signed_in(session, token, now=start + timedelta(minutes=59))[0] is person
    assert staff.signed_in(session, token, now=start + timedelta(minutes=61)) is None
    for minutes in range(50, 12 * 60, 50):
        staff.touch(session, token, now=start + timedelta(minutes=minutes))
    assert staff.signed_in(session, token, now=start + timedelta(hours=11, minutes=59)) is not None
    staff.touch(session, token, now=start + timedelta(hours=11, minutes=59))
    assert staff.signed_in(session, token, now=start + timedelta(hours=12, minutes=1)) is None


def test_signing_out_changing_the_password_and_disabling_end_sign_ins(session):
    staff.add(session, "li", "hotline")
    person = staff.by_name(session, "li")
    one, two, = staff.sign_in(session, person), staff.sign_in(session, person)
    staff.sign_out(session, one)
    assert staff.signed_in(session, one) is None and staff.signed_in(session, two) is not None
    staff.change_password(session, person, OWN)
    assert staff.signed_in(session, two) is None
    three = staff.sign_in(session, person)
    staff.disable(session, person)
    assert staff.signed_in(session, three) is None and staff.verify(session, "li", OWN) is None


def test_a_renewed_password_lets_a_disabled_colleague_back_in(session):
    staff.add(session, "li", "hotline")
    person = staff.by_name(session, "li")
    staff.disable(session, person)
    assert staff.verify(session, "li", staff.renew_password(session, person)).must_change


def test_the_last_admin_cannot_be_disabled(session):
    staff.add(session, "root", "admin")
    with pytest.raises(staff.StaffError, match="last admin"):
        staff.disable(session, staff.by_name(session, "root"))


@pytest.mark.parametrize("token", [None, "", "no such token"])
def test_a_token_nobody_was_given_opens_nothing(session, token):
    assert staff.signed_in(session, token) is None
