"""Columns that are stored encrypted: sealed when a row is written, opened when the value is first looked at.

    class Fact(SealingByUid, Base):
        value = Sealed()                                  # any JSON value; None stays NULL
        def data_key(self, session): return key_of(session, Case, self.case_id)

A ciphertext is bound to its table, its column and what names its row: a random `uid`, or columns that never change
(`named_by`). The data keys are in the table `data_key` (bot/cases/keys.py); a unit of work looks each of them up once.
"""
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, Column, LargeBinary, bindparam, column, event, select, table, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import TypeDecorator

from bot.cases import crypto

HOUSE = 0  # the number of the data key of what belongs to nobody in particular
CHUNK = 500  # numbers to a statement
KEYS = table("data_key", column("id", BigInteger), column("master"), column("wrapped", LargeBinary))
_HELD = select(KEYS).where(KEYS.c.id.in_(bindparam("ids", expanding=True)))
_ADD = text("INSERT INTO data_key (id, master, wrapped) VALUES (:id, :master, :wrapped) ON CONFLICT (id) DO NOTHING").bindparams(
    bindparam("wrapped", type_=LargeBinary))


class KeyGone(LookupError):
    """A data key that was deleted: what it sealed is erased for good."""


class Ciphertext(TypeDecorator):
    """What lies in a sealed column. Refuses anything that is not sealed, so that no clear text gets in by another way."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is not None and not (isinstance(value, bytes) and value[:1] == crypto.FORMAT):
            raise TypeError("a sealed column takes ciphertexts only: set the attribute of a row, or use sealed.values")
        return value


@dataclass(frozen=True)
class Plain:
    """A value that was set and is not written yet."""

    text: str


@dataclass(frozen=True)
class Opened:
    """A ciphertext with what it says, kept with the row."""

    data: object
    text: str
    value: object


class Sealed:
    """A column of any JSON value, encrypted. As a class attribute it is the column of the ciphertext."""

    def __init__(self, nullable: bool = True):
        self._column = Column(Ciphertext, nullable=nullable)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self._raw, self._kept = name, f"_{name}", f"_{name}_opened"
        self._column.key = self._column.name = name
        setattr(owner, self._raw, self._column)

    def __get__(self, row, owner=None):
        if row is None:
            return getattr(owner, self._raw)
        opened = self._opened(row)
        return None if opened is None else opened.value

    def __set__(self, row, value) -> None:
        if value is None:
            setattr(row, self._raw, None)
            return
        now, before = crypto.dumps(value), self._opened(row)
        if before is None or before.text != now:
            setattr(row, self._raw, Plain(now))

    def write_again(self, row, key_id: int) -> None:
        """Has what the key of this number sealed sealed anew, with the key that the row has by now."""
        held = getattr(row, self._raw)
        if isinstance(held, bytes) and crypto.key_named_in(held) == key_id:
            setattr(row, self._raw, Plain(self._opened(row).text))

    def close(self, row, session: Session) -> None:
        """Seals a value that was set, before the row is written."""
        held = getattr(row, self._raw)
        if not isinstance(held, Plain):
            return
        key_id = row.data_key(session)
        data = crypto.seal(ring(session).box(key_id, session.connection()), key_id, _place(row, self.name), held.text)
        opened = row.__dict__.get(self._kept)
        setattr(row, self._raw, data)
        row.__dict__[self._kept] = Opened(data, held.text, opened.value if opened and opened.data is held else json.loads(held.text))

    def _opened(self, row) -> Opened | None:
        held = getattr(row, self._raw)
        if held is None:
            return None
        opened = row.__dict__.get(self._kept)
        if opened is None or opened.data is not held:
            words = held.text if isinstance(held, Plain) else _open(row, self.name, held)
            opened = row.__dict__[self._kept] = Opened(held, words, json.loads(words))
        return opened


class Sealing:
    """A table with sealed columns. `data_key` says which key seals a row, `named_by` which columns name it and never change."""

    named_by: tuple[str, ...]
    sealed: tuple[Sealed, ...] = ()

    def __init_subclass__(cls, **more) -> None:
        cls.sealed = tuple(value for one in cls.__mro__ for value in vars(one).values() if isinstance(value, Sealed))
        super().__init_subclass__(**more)

    def write_again(self, key_id: int) -> None:
        """Has everything in the row that one key sealed sealed anew, with the key that the row has by now."""
        for one in self.sealed:
            one.write_again(self, key_id)

    def data_key(self, session: Session) -> int:
        """The number of the key that seals this row. May be asked while the row is being written."""
        raise NotImplementedError


class SealingByUid(Sealing):
    """A table whose rows have nothing to name them but a random number."""

    uid = Column(LargeBinary(8))
    named_by = ("uid",)


class Ring:
    """The data keys of one unit of work. Rows remember it, so that they can be read after its end."""

    def __init__(self, session: Session):
        self._boxes: dict[int, AESGCM] = {}
        self._engine = session.get_bind()
        self.owned: dict[tuple, int] = {}  # which key an owner has, by (table, column, value)

    def box(self, key_id: int, connection: Connection | None = None, near: Iterable[int] = ()) -> AESGCM:
        """A key, ready to use. With one that is not held yet, those of `near` are looked up too. Raises KeyGone."""
        if key_id not in self._boxes:
            self.hold({key_id, *near}, connection)
        try:
            return self._boxes[key_id]
        except KeyError:
            raise KeyGone(f"data key {key_id} was deleted") from None

    def hold(self, key_ids: Iterable[int], connection: Connection | None = None) -> None:
        """Looks up all of these keys that are not held yet."""
        if connection is None:
            with self._engine.connect().execution_options(only_reads=True) as connection:
                return self.hold(key_ids, connection)
        missing = [key_id for key_id in key_ids if key_id not in self._boxes]
        for first in range(0, len(missing), CHUNK):
            found = connection.execute(_HELD, {"ids": missing[first:first + CHUNK]})
            self._boxes.update((row.id, AESGCM(crypto.unwrap(row.master, row.wrapped, row.id))) for row in found)

    def drop(self) -> None:
        """Forgets what was looked up: some of it may have been undone."""
        self._boxes.clear()
        self.owned.clear()


def ring(session: Session) -> Ring:
    """The data keys of a unit of work."""
    if "ring" not in session.info:
        session.info["ring"] = Ring(session)
    return session.info["ring"]


def make(session: Session, key_id: int | None = None) -> int:
    """A new data key, in the table; its number. With `key_id` only where there is none of that number yet."""
    key_id = secrets.randbits(62) + 1 if key_id is None else key_id
    master, wrapped = crypto.wrap(AESGCM.generate_key(256), key_id)
    session.connection().execute(_ADD, {"id": key_id, "master": master, "wrapped": wrapped})
    return key_id


def house(session: Session) -> int:
    """The key of what belongs to nobody in particular: accounts, settings, imported logs. Made when it is first needed."""
    keys = ring(session)
    try:
        keys.box(HOUSE, session.connection())
    except KeyGone:
        make(session, HOUSE)
    return HOUSE


def own_key(session: Session, row) -> int:
    """The key of a row that owns one, such as a worker; made when it is first needed."""
    if row.key_id is None:
        row.key_id = make(session)
    elif row.id is not None and session.get_bind().dialect.name != "sqlite":  # where it may have been renewed since the row was read
        row.key_id = key_of(session, type(row), row.id)
    return row.key_id


def key_of(session: Session, owner: type, value, column: str = "id") -> int:
    """The key of the worker, case or group whose `column` has this value; made when it is first needed. Raises KeyGone when there
    is no such owner. Whoever erases the owner waits for the end of this unit of work."""
    owned, which = ring(session).owned, (owner.__tablename__, column, value)
    if which not in owned and column == "id" and value is not None and session.get_bind().dialect.name == "sqlite":
        held = session.identity_map.get(identity_key(owner, value))  # there is one writer: what it has read holds
        if held is not None and held.__dict__.get("key_id") is not None:
            return held.__dict__["key_id"]
    if which not in owned:
        places = owner.__table__
        ask = select(places.c.id, places.c.key_id).where(places.c[column] == value).with_for_update(read=True, key_share=True)
        found = session.connection().execute(ask).first()
        if found is not None and found.key_id is None:
            mine = places.update().where(places.c.id == found.id, places.c.key_id.is_(None)).values(key_id=make(session))
            session.connection().execute(mine)
            found = session.connection().execute(ask).first()  # another process may have been quicker
        if found is None:
            raise KeyGone(f"{owner.__tablename__}: nobody to seal for")
        owned[which] = found.key_id
    return owned[which]


def values(session: Session, kind: type, key_id: int, given: dict) -> dict:
    """The columns of a row to be inserted in bulk, with what is to be sealed sealed."""
    row = kind(uid=secrets.token_bytes(8), **{name: given[name] for name in given if not isinstance(vars(kind).get(name), Sealed)})
    done = {**given, "uid": row.uid}
    for one in kind.sealed:
        if given.get(one.name) is not None:
            box = ring(session).box(key_id, session.connection())
            done[one.name] = crypto.seal(box, key_id, _place(row, one.name), crypto.dumps(given[one.name]))
    return done


def _place(row, name: str) -> bytes:
    """Where a ciphertext belongs, as its cipher is bound to it."""
    return crypto.place(row.__tablename__, name, [getattr(row, part) for part in row.named_by])


def _open(row, name: str, data: bytes) -> str:
    session = object_session(row)
    keys = ring(session) if session is not None else row.__dict__["_ring"]
    near = ()
    if session is not None:
        near = (one.__dict__["key_id"] for one in session.identity_map.values() if one.__dict__.get("key_id"))
    box = keys.box(crypto.key_named_in(data), session.connection() if session is not None else None, near)
    return crypto.unseal(box, _place(row, name), data)


@event.listens_for(Sealing, "load", propagate=True)
def _loaded(row, context) -> None:
    row.__dict__["_ring"] = ring(context.session)


@event.listens_for(Sealing, "before_insert", propagate=True)
@event.listens_for(Sealing, "before_update", propagate=True)
def _close(_mapper, _connection, row) -> None:
    if isinstance(row, SealingByUid) and row.uid is None:
        row.uid = secrets.token_bytes(8)
    for one in row.sealed:
        one.close(row, object_session(row))


@event.listens_for(Session, "after_soft_rollback")
def _undone(session: Session, _previous) -> None:
    if "ring" in session.info:
        session.info["ring"].drop()
