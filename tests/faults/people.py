"""Workers who talk to the bot in Telegram, all at once, and wait for the answer to what they said before they go on.

Every message has words of its own that only its answer holds, so that an answer left out, given twice or mixed up is seen.
"""
import random
import time
from dataclasses import dataclass, field

from tests.telegram.bot_api_double import BotApiDouble, Sent

FIRST_CHAT = 7_000_001
STORY = "我在贵州盘州工地做木工，2025年3月1号开始干，2026年6月30号停工，没签合同，包工头还欠我{amount}块"
DOORS = (  # who turned the worker away, with which reason: each is a row of the log
    ("打了盘州市总工会，说我不是会员不管", "不是会员", "not_member"),
    ("六盘水市总工会说他们没有执法权，管不了企业", "没有权力管", "no_authority"),
    ("法律援助中心说我这个案子打不赢", "赢不了", "unlikely_to_win"),
)


@dataclass
class Act:
    """One message: words, or the title of a button, and what stands in its answer and in no other part of it twice."""

    words: str
    answer: str
    press: bool = False


@dataclass
class Person:
    """Somebody with a script. `said` are the acts done, with the number of the update of each."""

    user: object
    script: list[list[Act]]  # acts of one list are done without waiting in between
    said: list[tuple[int, Act]] = field(default_factory=list)
    heard: list[Sent] = field(default_factory=list)
    waiting: list[Act] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return not self.script and not self.waiting

    def hears(self, message: Sent) -> None:
        self.heard.append(message)
        answered = next((act for act in self.waiting if act.answer in message.text), None)
        if answered is not None:
            self.waiting.remove(answered)

    def goes_on(self) -> None:
        if self.waiting or not self.script:
            return
        self.waiting = list(self.script.pop(0))
        for act in list(self.waiting):
            update = self.user.presses(act.words, self._newest(act.words)) if act.press else self.user.says(act.words)
            self.said.append((update["update_id"], act))

    def _newest(self, title: str) -> Sent | None:
        return next((one for one in reversed(self.heard) if title in one.buttons), None)


def person(telegram: BotApiDouble, number: int, messages: int, dice: random.Random) -> Person:
    """A worker with a script of so many messages, six at least: what happened, three refusals at most, and corrections in between."""
    amount = 10_000 + 1000 * number
    acts = [[Act("/start", "同意")], [Act("同意", "告诉我发生了什么事", press=True)], [Act(STORY.format(amount=amount), f"{amount:,} 元")],
            [Act("对", "0858-12351", press=True)], [Act(DOORS[0][0], DOORS[0][1])], [Act("转", "G-26-", press=True)]]
    doors, left = list(DOORS[1:]), messages - len(acts)
    while left > 0:
        if doors and left > 1:
            words, answer, _ = doors.pop(0)
            acts.append([Act(words, answer)])
            left -= 1
            continue
        amount += 1
        burst = [Act(f"不对，欠我{amount}块", f"{amount:,} 元")]
        if left > 1 and dice.random() < .5:
            burst.append(Act("/deadlines", "你的期限"))
        acts.append(burst)
        left -= len(burst)
    return Person(telegram.user(FIRST_CHAT + number), acts)


class Crowd:
    """Everybody, moved on by one loop."""

    def __init__(self, telegram: BotApiDouble, workers: int, messages: int, seed: int):
        dice = random.Random(seed)
        self._telegram, self._seen = telegram, len(telegram.sent)
        self.people = {FIRST_CHAT + number: person(telegram, number, messages, dice) for number in range(workers)}
        self.moved = time.monotonic()

    @property
    def done(self) -> bool:
        return all(person.done for person in self.people.values())

    def step(self) -> None:
        """Hands everybody what came since the last step, and has them go on."""
        with self._telegram.lock:
            fresh = self._telegram.sent[self._seen:]
        self._seen += len(fresh)
        for message in fresh:
            if message.chat_id in self.people:  # somebody else of the same house may still be spoken to
                self.people[message.chat_id].hears(message)
                self.moved = time.monotonic()
        for person in self.people.values():
            person.goes_on()

    def waits(self) -> str:
        """Who waits for what, for a test that failed."""
        return "\n".join(f"{chat}: {[act.words for act in person.waiting]}, heard last {[one.text[:80] for one in person.heard[-2:]]}"
                         for chat, person in self.people.items() if not person.done)
