"""The tables. What could name or describe a person is a Sealed column; the rest is what desks sort and count by (docs/privacy.md)."""
from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime as _DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    TypeDecorator,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.orm import declarative_base, relationship

from bot.cases.sealed import Sealed, Sealing, SealingByUid, house, key_of, own_key
from bot.settings import CHINA

Base = declarative_base()


class Moment(TypeDecorator):
    """A moment in China time; SQLite forgets zones, so it is stored as China's clock shows it."""

    impl = _DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect):
        return None if value is None else value.astimezone(CHINA).replace(tzinfo=None)

    def process_result_value(self, value, dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=CHINA)


class DataKey(Base):
    """The key that seals what is held about one worker, case or group, wrapped by a master key. Without this row all that is erased."""

    __tablename__ = "data_key"
    id = Column(BigInteger, primary_key=True, autoincrement=False)  # random; 0: of what belongs to nobody in particular
    master = Column(String(16), nullable=False)  # the name of the key of BOT_SECRET_KEYS that wraps it
    wrapped = Column(LargeBinary, nullable=False)


class OfCase(SealingByUid):
    """Sealed with the key of the case."""

    def data_key(self, session):
        return key_of(session, Case, self.case_id)


class OfWorker(Sealing):
    """Sealed with the key of the worker."""

    def data_key(self, session):
        return key_of(session, Worker, self.worker_id)


class OfHouse(Sealing):
    """Sealed with the key of what belongs to nobody in particular."""

    named_by = ("name",)

    def data_key(self, session):
        return house(session)


class Secret(OfHouse, Base):
    """Values the installation makes for itself once, such as the key of the keyed hash."""

    __tablename__ = "secret"
    name = Column(String(40), primary_key=True)
    value = Sealed(nullable=False)


class Worker(Sealing, Base):
    """One person on one channel, known by a pseudonym. `sender` is the keyed hash Rasa sees; `address` is where answers go."""

    __tablename__ = "worker"
    named_by = ("code",)
    id = Column(Integer, primary_key=True)
    key_id = Column(BigInteger)
    code = Column(String(12), nullable=False, unique=True)  # "W-7K3FQ2", said to the worker and to staff
    channel = Column(String(16), nullable=False)  # telegram | web | rest
    sender = Column(String(64), nullable=False, unique=True)
    address = Sealed()
    language = Column(String(12))
    consented_at = Column(Moment)
    handover = Column(String(8), nullable=False, default="bot")  # bot | waiting | person
    voice = Column(Boolean, nullable=False, default=False)  # every answer is also read aloud
    blocked_at = Column(Moment)
    created_at = Column(Moment, nullable=False)
    seen_at = Column(Moment, nullable=False)
    dialogue = Sealed()  # what the bot asked and what waits for confirmation
    __table_args__ = (Index("worker_seen", "seen_at"),)
    cases = relationship("Case", back_populates="worker", order_by="Case.id")

    def data_key(self, session):
        return own_key(session, self)


class Case(Base):
    """One matter. The columns beside the facts are what the queue sorts by; they follow the latest assessment."""

    __tablename__ = "case"
    id = Column(Integer, primary_key=True)
    key_id = Column(BigInteger)
    code = Column(String(12), nullable=False, unique=True)  # "G-26-4F7K2"
    worker_id = Column(ForeignKey("worker.id", ondelete="SET NULL"), index=True)
    status = Column(String(10), nullable=False, default="open")  # open | closed | forgotten
    opened_at = Column(Moment, nullable=False)
    closed_at = Column(Moment)
    issues = Column(JSON, nullable=False, default=list)
    adcode = Column(String(6))
    occupation = Column(String(24))
    platform = Column(String(40))  # a known platform by its name in platforms.yml, "other" for any other
    people = Column(Integer)
    urgency = Column(String(10))
    act_by = Column(Date)
    group_id = Column(ForeignKey("case_group.id", ondelete="SET NULL"), index=True)
    merged_into = Column(ForeignKey("case.id", ondelete="SET NULL"))  # the same matter, told twice
    followed_at = Column(Moment)  # when the follow-up clock looked at it last and left nothing unsaid
    worker = relationship("Worker", back_populates="cases")
    facts = relationship("Fact", order_by="Fact.id", cascade="all, delete-orphan")
    assessments = relationship("Assessment", order_by="Assessment.id", cascade="all, delete-orphan")
    referrals = relationship("Referral", order_by="Referral.id", cascade="all, delete-orphan", back_populates="case")
    contacts = relationship("Contact", order_by="Contact.id", cascade="all, delete-orphan")
    __table_args__ = (Index("case_queue", "status", "urgency", "act_by"), Index("case_closed", "closed_at"),
                      Index("case_platform", "status", "platform"), Index("case_act_by", "act_by"), Index("case_opened", "opened_at"))


class Fact(OfCase, Base):
    """A fact as stated, never overwritten: the newest row of a name holds. Confirmed ones decide."""

    __tablename__ = "fact"
    id = Column(Integer, primary_key=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True)
    name = Column(String(48), nullable=False)  # dotted contract name
    value = Sealed()
    source = Column(String(40), nullable=False)  # worker | staff:<name>
    stated_at = Column(Moment, nullable=False)


class Assessment(OfCase, Base):
    """What was answered, by which version of the law, on which day."""

    __tablename__ = "assessment"
    id = Column(Integer, primary_key=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True)
    made_at = Column(Moment, nullable=False)
    as_of = Column(Date, nullable=False)
    knowledge_version = Column(String(32), nullable=False)
    result = Sealed(nullable=False)


class Referral(OfCase, Base):
    """A door the worker was shown, and what came of it. `for_hotline`: the worker agreed that staff take it up."""

    __tablename__ = "referral"
    id = Column(Integer, primary_key=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True)
    body = Column(String(24), nullable=False)
    level = Column(String(12))
    adcode = Column(String(6))
    status = Column(String(12), nullable=False, default="told")  # told contacted answered deflected escalated resolved closed
    for_hotline = Column(Boolean, nullable=False, default=False)
    consented_at = Column(Moment)
    assigned_to = Column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at = Column(Moment, nullable=False)
    changed_at = Column(Moment, nullable=False)
    resolved_at = Column(Moment)
    outcome = Sealed()
    how = Column(String(16))  # what brought the outcome about: employer mediation arbitration inspection court other
    recovered = Column(Integer)  # yuan the worker got
    team_id = Column(ForeignKey("team.id", ondelete="SET NULL"))
    waiting_since = Column(Moment)  # since when the worker has waited for a person's answer; null: has it
    heard_at = Column(Moment)  # when the worker last wrote to a person
    urgency = Column(String(10))  # these two as the case has them, kept here by queue_marks.py so that the queue finds its top
    act_by = Column(Date)
    case = relationship("Case", back_populates="referrals")
    __table_args__ = tuple(
        Index(f"referral_open_{name}", name, sqlite_where=text("for_hotline IS 1 AND resolved_at IS NULL"),
              postgresql_where=text("for_hotline IS TRUE AND resolved_at IS NULL")) for name in ("urgency", "act_by", "waiting_since"))


class Note(OfCase, Base):
    """What staff write down for each other about a case; the worker does not see it."""

    __tablename__ = "note"
    id = Column(Integer, primary_key=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True)
    staff = Column(String(40), nullable=False)
    text = Sealed(nullable=False)
    at = Column(Moment, nullable=False)


class Alert(Base):
    """Something staff must look at, raised once (`key`) and shown until somebody has seen to it."""

    __tablename__ = "alert"
    id = Column(Integer, primary_key=True)
    key = Column(String(120), nullable=False, unique=True)
    kind = Column(String(24), nullable=False)  # deadline | union_silent | employer
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True)
    employer_id = Column(ForeignKey("employer.id", ondelete="CASCADE"), index=True)  # whom it is about, where it is about an employer
    raised_at = Column(Moment, nullable=False)
    done_at = Column(Moment)
    done_by = Column(String(40))
    employer = relationship("Employer")
    __table_args__ = (Index("alert_open", "id", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),)


class CaseGroup(Sealing, Base):
    """Matters of several workers against one employer, handled together. Only staff see who is in it."""

    __tablename__ = "case_group"
    named_by = ("code",)
    id = Column(Integer, primary_key=True)
    key_id = Column(BigInteger)
    code = Column(String(12), nullable=False, unique=True)  # "Q-26-4F7K2"
    name = Sealed(nullable=False)
    created_at = Column(Moment, nullable=False)

    def data_key(self, session):
        return own_key(session, self)


class Employer(Sealing, Base):
    """An employer or platform that matters passed on to the hotline name. `mark` is a keyed hash of its name in one form: spellings of
    one name meet in it, and without the installation's key nobody can tell whose it is. Gone with the last matter that names it."""

    __tablename__ = "employer"
    named_by = ("code",)
    id = Column(Integer, primary_key=True)
    key_id = Column(BigInteger)
    code = Column(String(12), nullable=False, unique=True)  # "E-26-4F7K2"
    mark = Column(String(32), nullable=False, unique=True)
    platform = Column(String(40))  # where it is a known platform: its name
    name = Sealed(nullable=False)  # its parts, as employer_names.read gives them, and the city it is taken to be of
    created_at = Column(Moment, nullable=False)

    def data_key(self, session):
        return own_key(session, self)


class CaseEmployer(Base):
    """That a matter passed on to the hotline names an employer."""

    __tablename__ = "case_employer"
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), primary_key=True)
    employer_id = Column(ForeignKey("employer.id", ondelete="CASCADE"), primary_key=True, index=True)


class CasePlace(Base):
    """A further place that a matter passed on to the hotline belongs to, beside where the work is."""

    __tablename__ = "case_place"
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), primary_key=True)
    adcode = Column(String(6), primary_key=True)
    why = Column(String(16), nullable=False)  # employer_place | platform_place | pact


class EmployerTie(SealingByUid, Base):
    """What a person decided of two employers: the same, or not the same. Undone, it stays and holds no more."""

    __tablename__ = "employer_tie"
    id = Column(Integer, primary_key=True)
    one_id = Column(ForeignKey("employer.id", ondelete="CASCADE"), nullable=False, index=True)
    other_id = Column(ForeignKey("employer.id", ondelete="CASCADE"), nullable=False, index=True)
    same = Column(Boolean, nullable=False)
    by = Column(String(40), nullable=False)
    at = Column(Moment, nullable=False)
    why = Sealed()
    undone_by = Column(String(40))
    undone_at = Column(Moment)

    def data_key(self, session):
        return key_of(session, Employer, self.one_id)


class EmployerVerdict(SealingByUid, Base):
    """That a person confirmed a class of compliance with its reasons. It holds for what the record said then (`basis`); afterwards it
    has to be confirmed anew."""

    __tablename__ = "employer_verdict"
    id = Column(Integer, primary_key=True)
    employer_id = Column(ForeignKey("employer.id", ondelete="CASCADE"), nullable=False, index=True)
    grade = Column(String(8), nullable=False)  # poor | medium | full
    basis = Column(String(64), nullable=False)  # a hash of the matters and figures it was confirmed for
    reasons = Sealed(nullable=False)  # as they were shown
    by = Column(String(40), nullable=False)
    at = Column(Moment, nullable=False)
    withdrawn_by = Column(String(40))
    withdrawn_at = Column(Moment)

    def data_key(self, session):
        return key_of(session, Employer, self.employer_id)


class Team(Base):
    """A desk of the hotline, and the places it answers for."""

    __tablename__ = "team"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False, unique=True)
    regions = Column(JSON, nullable=False)  # beginnings of place codes: ["52", "4403"]
    created_at = Column(Moment, nullable=False)


class Transfer(SealingByUid, Base):
    """A matter offered to another desk, and that desk's answer."""

    __tablename__ = "transfer"
    id = Column(Integer, primary_key=True)
    referral_id = Column(ForeignKey("referral.id", ondelete="CASCADE"), nullable=False, index=True)
    from_team = Column(ForeignKey("team.id", ondelete="SET NULL"))
    to_team = Column(ForeignKey("team.id", ondelete="CASCADE"), nullable=False)
    asked_by = Column(String(40), nullable=False)
    reason = Sealed(nullable=False)
    asked_at = Column(Moment, nullable=False)
    answer = Column(String(10))  # accepted | refused; null: not answered yet
    answered_by = Column(String(40))
    answer_reason = Sealed()
    answered_at = Column(Moment)

    def data_key(self, session):
        return key_of(session, Case, session.connection().execute(select(Referral.case_id).where(Referral.id == self.referral_id)).scalar())


class Contact(OfCase, Base):
    """One attempt to reach a body, by the worker or by staff, and its answer."""

    __tablename__ = "contact"
    id = Column(Integer, primary_key=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), nullable=False, index=True)
    referral_id = Column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    body = Column(String(24), nullable=False)
    level = Column(String(12))
    adcode = Column(String(6))
    on = Column(Date, nullable=False)
    by = Column(String(40), nullable=False)  # worker | staff:<name>
    answer = Column(String(10), nullable=False)  # none | answered | acting | deflected
    reason = Column(String(28))
    words = Sealed()
    source_message = Column(String(64), unique=True)  # the message that reported it: told twice, logged once
    created_at = Column(Moment, nullable=False)


class Deflection(SealingByUid, Base):
    """A row of the deflection log. It outlives the case, which may be erased; then only the coarse columns stay."""

    __tablename__ = "deflection"
    id = Column(Integer, primary_key=True)
    case_id = Column(String(40), nullable=False, index=True)  # the case's code, or that of an imported log
    case_ref = Column(ForeignKey("case.id", ondelete="SET NULL"), index=True)
    referral_id = Column(ForeignKey("referral.id", ondelete="SET NULL"))
    contact_id = Column(ForeignKey("contact.id", ondelete="SET NULL"))
    opened_on = Column(Date)
    place = Column(String(80))
    adcode = Column(String(6))
    occupation = Column(String(24))
    issue = Column(String(28))
    people = Column(Integer)
    body = Column(String(24))
    level = Column(String(12))
    contacted_on = Column(Date, index=True)
    aware = Column(String(8), nullable=False, default="unknown")
    involved = Column(String(8), nullable=False, default="unknown")
    answer = Column(String(10))  # answered | deflected | no_answer
    reason = Column(String(28))
    words = Sealed()
    words_released = Column(Boolean, nullable=False, default=False)
    words_masked = Sealed()  # the words with pieces blacked out, which is what leaves the house; null: as they are
    first_answer_on = Column(Date)
    resolved_on = Column(Date)
    outcome = Sealed()
    outcome_released = Column(Boolean, nullable=False, default=False)
    outcome_masked = Sealed()
    knew_first = Column(String(12))
    review = Column(String(10))  # confirmed | corrected | disputed; null: nobody has looked at it yet
    exemplary = Column(Boolean, nullable=False, default=False)  # how this body handled it is worth showing to others
    created_at = Column(Moment, nullable=False)
    __table_args__ = (Index("deflection_newest", "contacted_on", "id"), Index("deflection_reason", "reason", "id"),
                      Index("deflection_body", "body", "level", "id"), Index("deflection_review_state", "review", "id"),
                      Index("deflection_told", "exemplary", "id", sqlite_where=text("outcome_released IS 1 AND outcome IS NOT NULL"),
                            postgresql_where=text("outcome_released IS TRUE AND outcome IS NOT NULL")))

    def data_key(self, session):
        return key_of(session, Case, self.case_ref) if self.case_ref else house(session)


class DeflectionReview(SealingByUid, Base):
    """One thing done in reviewing a row of the log; what a correction replaced stays here. It goes when its worker is forgotten."""

    __tablename__ = "deflection_review"
    id = Column(Integer, primary_key=True)
    deflection_id = Column(ForeignKey("deflection.id", ondelete="CASCADE"), nullable=False, index=True)
    at = Column(Moment, nullable=False)
    staff = Column(String(40), nullable=False)  # "worker" where the worker corrected a row that was reviewed
    act = Column(String(12), nullable=False)  # confirm correct release withdraw exemplary ordinary agree disagree comment
    field = Column(String(16))  # what was corrected or released
    before = Sealed()
    after = Sealed()
    text = Sealed()

    def data_key(self, session):
        case = session.connection().execute(select(Deflection.case_ref).where(Deflection.id == self.deflection_id)).scalar()
        return key_of(session, Case, case) if case else house(session)


class Counted:
    """What is counted of a case (0 or 1 each, contacts and stories as many as there are), and summed over cases."""

    units = Column(Integer, nullable=False)  # cases, matters without a contact, and people without a matter
    cases = Column(Integer, nullable=False)  # those with a row in the log
    contacts = Column(Integer, nullable=False)  # rows
    aware_yes = Column(Integer, nullable=False)
    aware_no = Column(Integer, nullable=False)
    involved_yes = Column(Integer, nullable=False)
    involved_no = Column(Integer, nullable=False)
    knew_acted = Column(Integer, nullable=False)  # knew and acted
    knew_idle = Column(Integer, nullable=False)  # knew and did nothing
    resolved = Column(Integer, nullable=False)
    answered = Column(Integer, nullable=False)  # how long the first answer took is known
    quick = Column(Integer, nullable=False)  # it came within one working day
    away = Column(Integer, nullable=False)  # turned away at least once
    stories = Column(Integer, nullable=False)  # released outcomes
    wrote = Column(Integer, nullable=False)  # the way of our own workers, from the first message …
    agreed = Column(Integer, nullable=False)
    opened = Column(Integer, nullable=False)
    assessed = Column(Integer, nullable=False)
    asked = Column(Integer, nullable=False)
    heard = Column(Integer, nullable=False)
    passed = Column(Integer, nullable=False)
    solved = Column(Integer, nullable=False)  # … to the outcome


class LogCase(Counted, Base):
    """What the rows of one case of the log add up to, and a matter or person that has none yet. Made anew from the record whenever
    that changes (log_counts.py); holds nothing of its own."""

    __tablename__ = "log_case"
    case_id = Column(String(40), primary_key=True)  # as in the log; "@" and the worker's number for a person without a matter
    month = Column(Integer, nullable=False)  # 202611: when it was opened, else of the first contact; 0 unknown
    began = Column(Date)
    adcode = Column(String(6))
    province = Column(String(2), nullable=False)  # "" unknown, as in all that follow
    prefecture = Column(String(6), nullable=False)
    occupation = Column(String(24), nullable=False)
    issue = Column(String(28), nullable=False)
    platform = Column(String(40), nullable=False)
    aware = Column(String(8), nullable=False)
    involved = Column(String(8), nullable=False)
    days = Column(Integer)  # from the first contact to the first answer
    after = Column(String(24))  # "next|result": what followed the first refusal
    early = Column(String(24))  # "when|result": how soon a body acted
    doors = Column(JSON, nullable=False)  # "body|level|answer|reason" of each row
    __table_args__ = (Index("log_case_place", "province", "prefecture", "month"), Index("log_case_occupation", "occupation", "month"),
                      Index("log_case_issue", "issue", "month"), Index("log_case_platform", "platform", "month"),
                      Index("log_case_stories", "began", sqlite_where=text("stories > 0"), postgresql_where=text("stories > 0")))


class LogCount(Counted, Base):
    """Sums of Counted over cases by month: of all, by one property of a case, or by two ("" where there is none)."""

    __tablename__ = "log_count"
    dim1 = Column(String(12), primary_key=True)
    dim2 = Column(String(12), primary_key=True)
    value1 = Column(String(40), primary_key=True)
    value2 = Column(String(40), primary_key=True)
    month = Column(Integer, primary_key=True, autoincrement=False)
    __table_args__ = (Index("log_count_second", "dim1", "dim2", "value2"),)


EVER = -1  # stands for all months together, which is what most readers ask for


class LogTally(Base):
    """How many contacts, waits and courses of each kind, by month and in EVER: of all cases, or by one property of a case."""

    __tablename__ = "log_tally"
    dim = Column(String(12), primary_key=True)
    value = Column(String(40), primary_key=True)
    kind = Column(String(8), primary_key=True)  # door wait after early
    what = Column(String(80), primary_key=True)
    month = Column(Integer, primary_key=True, autoincrement=False)
    n = Column(Integer, nullable=False)
    __table_args__ = (Index("log_tally_month", "dim", "kind", "month"),)


class LogStale(Base):
    """A case, matter or person whose LogCase is to be made anew. Written with every change, in the same transaction."""

    __tablename__ = "log_stale"
    id = Column(Integer, primary_key=True)
    key = Column(String(40), nullable=False)


class Message(SealingByUid, Base):
    """What was said, for the desk's view of the conversation."""

    __tablename__ = "message"
    id = Column(Integer, primary_key=True)
    worker_id = Column(ForeignKey("worker.id", ondelete="CASCADE"), nullable=False, index=True)
    case_id = Column(ForeignKey("case.id", ondelete="SET NULL"), index=True)
    speaker = Column(String(40), nullable=False)  # worker | bot | staff:<name>
    text = Sealed(nullable=False)
    at = Column(Moment, nullable=False)

    def data_key(self, session):
        return key_of(session, Case, self.case_id) if self.case_id else key_of(session, Worker, self.worker_id)


class Inbox(Sealing, Base):
    """An update as a messenger delivered it, kept until it is handled. One (channel, update_id) is stored once."""

    __tablename__ = "inbox"
    named_by = ("channel", "update_id")
    id = Column(Integer, primary_key=True)
    channel = Column(String(16), nullable=False)
    update_id = Column(String(64), nullable=False)
    sender = Column(String(64), nullable=False)  # order is kept per sender
    payload = Sealed()
    status = Column(String(10), nullable=False, default="received")  # received | handled | set_aside
    message_id = Column(Integer)  # the messenger's own number, to delete it later
    attempts = Column(Integer, nullable=False, default=0)
    fault = Column(String(60))  # the kind of error of the last failed try
    next_try_at = Column(Moment)
    received_at = Column(Moment, nullable=False)
    handled_at = Column(Moment)
    __table_args__ = (UniqueConstraint("channel", "update_id"), Index("inbox_waiting", "status", "channel", "id"),
                      Index("inbox_sender", "sender"))

    def data_key(self, session):
        held = session.info.get(self.sender)  # see workers.find
        if held is not None and held in session:
            return key_of(session, Worker, held.id)
        known = session.connection().execute(select(Worker.id).where(Worker.sender == self.sender)).first()
        return key_of(session, Worker, self.sender, "sender") if known else house(session)


class Outbox(OfWorker, Base):
    """A message that must reach a worker. `key` makes a second enqueue of the same message a no-op."""

    __tablename__ = "outbox"
    named_by = ("key",)
    id = Column(Integer, primary_key=True)
    worker_id = Column(ForeignKey("worker.id", ondelete="CASCADE"), nullable=False, index=True)
    channel = Column(String(16), nullable=False)
    key = Column(String(80), nullable=False, unique=True)
    body = Sealed(nullable=False)  # {"text": …, "buttons": [{"title": …, "payload": …}]} or {"voice": …}
    status = Column(String(10), nullable=False, default="waiting")  # waiting | sent | failed
    attempts = Column(Integer, nullable=False, default=0)
    begun = Column(Boolean, nullable=False, default=False)  # a try was begun whose end is not known
    next_try_at = Column(Moment)
    created_at = Column(Moment, nullable=False)
    sent_at = Column(Moment)
    message_id = Column(String(400))  # the messenger's own numbers of its parts, to edit or delete them later
    priority = Column(SmallInteger, nullable=False, default=0, server_default="0")  # 0: somebody waits for it now; 1: it comes unasked
    __table_args__ = (Index("outbox_waiting", "status", "channel", "priority", "id"), Index("outbox_sent", "sent_at"))


class Answer(OfWorker, Base):
    """What a message was answered, until the answer is in the outbox: the same message once more is answered the same."""

    __tablename__ = "answer"
    worker_id = Column(ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True)
    message_id = Column(String(160), primary_key=True)  # for a single action: with its place and its name behind a #
    replies = Sealed(nullable=False)
    made_at = Column(Moment, nullable=False)
    named_by = ("worker_id", "message_id")


class Button(OfWorker, Base):
    """A button that was shown: Telegram carries 64 bytes, so it carries `key` and the payload stays here."""

    __tablename__ = "button"
    named_by = ("key",)
    key = Column(String(16), primary_key=True)
    worker_id = Column(ForeignKey("worker.id", ondelete="CASCADE"), nullable=False, index=True)
    title = Sealed(nullable=False)
    payload = Sealed(nullable=False)
    created_at = Column(Moment, nullable=False)
    used_at = Column(Moment)


class Staff(OfHouse, Base):
    """An account of the desk."""

    __tablename__ = "staff"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False, unique=True)
    role = Column(String(8), nullable=False)  # hotline | admin
    password_hash = Column(String(160), nullable=False)
    must_change = Column(Boolean, nullable=False, default=True)
    password_until = Column(Moment)  # when a one-time password ends; null for a person's own
    team_id = Column(ForeignKey("team.id", ondelete="SET NULL"))
    totp_secret = Sealed()  # of the second factor, once it was confirmed
    totp_step = Column(Integer)  # the last half minute whose code was used: no code counts twice
    created_at = Column(Moment, nullable=False)
    disabled_at = Column(Moment)


class StaffSession(Base):
    """A sign-in. Only a hash of the cookie's token is kept."""

    __tablename__ = "staff_session"
    token_hash = Column(String(64), primary_key=True)
    staff_id = Column(ForeignKey("staff.id", ondelete="CASCADE"), nullable=False)
    csrf = Column(String(64), nullable=False)
    language = Column(String(12))
    half = Column(Boolean, nullable=False, default=False)  # the password was right, the second factor is still asked for
    created_at = Column(Moment, nullable=False)
    seen_at = Column(Moment, nullable=False)


class Attempt(Base):
    """How often somebody tried to sign in of late; the key is a keyed hash of a name or an address (bot/cases/attempts.py)."""

    __tablename__ = "attempt"
    key = Column(String(32), primary_key=True)
    count = Column(Integer, nullable=False)
    at = Column(Moment, nullable=False, index=True)


class CaseSeen(Base):
    """When a member of staff last looked at a case; what the worker wrote since is unread."""

    __tablename__ = "case_seen"
    staff_id = Column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), primary_key=True, index=True)
    at = Column(Moment, nullable=False)


class SavedView(SealingByUid, Base):
    """A way of looking at the queue that a member of staff keeps under a name. Sealed, as a search may name somebody."""

    __tablename__ = "saved_view"
    id = Column(Integer, primary_key=True)
    staff_id = Column(ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True)
    name = Sealed(nullable=False)
    filters = Sealed(nullable=False)  # as in the queue's address

    def data_key(self, session):
        return house(session)


class Audit(SealingByUid, Base):
    """Who saw or changed what: a chain of entries (bot/cases/audit_chain.py) that the database lets nobody change or delete."""

    __tablename__ = "audit"
    id = Column(Integer, primary_key=True)
    at = Column(Moment, nullable=False)
    staff = Column(String(40), nullable=False)
    action = Column(String(40), nullable=False)
    subject = Column(String(80))
    detail = Sealed()
    number = Column(Integer, unique=True)  # its place in the chain; this and the rest is null until the end of its unit of work
    subject_mark = Column(String(80))  # keyed hashes of the subject and the detail
    detail_mark = Column(String(64))
    prev_hash = Column(String(64))
    hash = Column(String(64))
    __table_args__ = (Index("audit_staff", "staff", "id"), Index("audit_action", "action", "id"), Index("audit_subject", "subject", "id"),
                      Index("audit_at", "at"))

    def data_key(self, session):
        return key_of(session, Case, self.subject, "code") if _is_case(session, self.subject) else house(session)


def _is_case(session, code: str | None) -> bool:
    return code is not None and session.connection().execute(select(Case.id).where(Case.code == code)).first() is not None


class AuditHead(Base):
    """The end of the audit chain, one row: the number and the hash of its last entry. Who adds to the chain locks it."""

    __tablename__ = "audit_head"
    id = Column(Integer, primary_key=True)
    number = Column(Integer, nullable=False)
    hash = Column(String(64), nullable=False)


class Office(Base):
    """An office with its own telephone numbers, as staff keep it. A row is never overwritten: a correction is a new row of the same
    `number`, and the old one gets an end."""

    __tablename__ = "office"
    id = Column(Integer, primary_key=True)
    number = Column(Integer, nullable=False, index=True)
    body = Column(String(24), nullable=False)
    level = Column(String(12))
    adcode = Column(String(6))  # null: for the whole country
    name = Column(String(80), nullable=False)
    name_en = Column(String(120))
    phones = Column(JSON, nullable=False)
    address = Column(String(200))
    hours = Column(String(120))
    note = Column(String(400))  # for staff
    source = Column(String(200), nullable=False)  # where the number was read, or who said it
    checked_on = Column(Date, nullable=False)
    kept_by = Column(String(40), nullable=False)
    kept_at = Column(Moment, nullable=False)
    ended_at = Column(Moment)
    ended_by = Column(String(40))
    __table_args__ = (Index("office_place", "ended_at", "adcode", "id"),)


class Unanswered(SealingByUid, Base):
    """A message that the bot did not understand or had no guidance for, scrubbed of personal data, and what people made of it. It goes
    with its worker and its case."""

    __tablename__ = "unanswered"
    id = Column(Integer, primary_key=True)
    worker_id = Column(ForeignKey("worker.id", ondelete="CASCADE"), nullable=False, index=True)
    case_id = Column(ForeignKey("case.id", ondelete="CASCADE"), index=True)
    at = Column(Moment, nullable=False)
    language = Column(String(12), nullable=False)
    why = Column(String(12), nullable=False)  # unclear unread no_answer unsure other_script out_of_scope
    guess = Column(String(28))  # what the classifier took it for
    confidence = Column(Float)
    text = Sealed(nullable=False)
    kind = Column(String(10))  # example | question | noise; null: nobody has looked at it
    label = Column(String(28))  # an issue or a conversation act
    also = Column(JSON)  # further issues of an example
    labelled_by = Column(String(40))
    labelled_at = Column(Moment)
    __table_args__ = (Index("unanswered_open", "kind", "id"),)

    def data_key(self, session):
        return key_of(session, Case, self.case_id) if self.case_id else key_of(session, Worker, self.worker_id)


class HeardMessage(Base):
    """One message of a worker as a number: was it understood. Folded into HeardDay on the next day."""

    __tablename__ = "heard_message"
    id = Column(Integer, primary_key=True)
    on = Column(Date, nullable=False, index=True)
    language = Column(String(12), nullable=False)
    heard = Column(Integer, nullable=False)
    missed = Column(Integer, nullable=False)


class HeardDay(Base):
    """How many messages of a day and language were heard, and how many not understood."""

    __tablename__ = "heard_day"
    on = Column(Date, primary_key=True)
    language = Column(String(12), primary_key=True)
    heard = Column(Integer, nullable=False)
    missed = Column(Integer, nullable=False)
