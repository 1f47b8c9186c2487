"""For people who do not read or write: answers read aloud with the real espeak-ng, voice notes heard by a double of a speech model."""
import io

import pytest
import soundfile
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.cases import store, workers
from bot.cases.model import Message, Outbox
from bot.voice import aloud
from tests.telegram.bot_api_double import until
from tests.telegram.servers import Server


class SpeechModel:
    """Answers as a transcription server does; `words` None: it fails."""

    def __init__(self):
        self.words: str | None = "老板欠我三个月工资"
        self.heard: list[tuple[bytes, str]] = []
        self._server = Server(Starlette(routes=[Route("/v1/audio/transcriptions", self._transcribe, methods=["POST"])]))
        self.url = f"{self._server.url}/v1/audio/transcriptions"
        self.stop = self._server.stop

    async def _transcribe(self, request: Request) -> JSONResponse:
        async with request.form() as form:
            self.heard.append((await form["file"].read(), form.get("language")))
        if self.words is None:
            return JSONResponse({"error": "overloaded"}, 500)
        return JSONResponse({"text": self.words})


@pytest.fixture
def model():
    one = SpeechModel()
    yield one
    one.stop()


def listener(chat_id: int = 7001) -> None:
    """A worker who asked for answers read aloud."""
    with store.session() as session:
        workers.arrive(session, "telegram", str(chat_id)).voice = True


def test_every_answer_is_also_a_voice_message(double, rasa, running):
    listener()
    rasa.answers["怎么办"] = [{"text": "📞 先打盘州市总工会 0858-12351。最晚 2027年6月30日 申请仲裁。"}]
    worker = double.user(7001)
    worker.says("怎么办")
    assert "0858-12351" in worker.waits_for(1)[0].text
    until(lambda: double.voices)
    chat, sound = double.voices[0]
    heard = soundfile.info(io.BytesIO(sound))
    assert chat == 7001 and (heard.format, heard.subtype) == ("OGG", "OPUS") and 4 < heard.duration < 40


def test_nobody_else_gets_voice_messages(double, rasa, running, settled):
    double.user(7002).says("你好")
    settled()
    assert double.voices == []


def test_without_the_reading_program_the_text_still_arrives(double, rasa, run, monkeypatch, rows, settled):
    monkeypatch.setenv("TEXT_TO_SPEECH_COMMAND", "no-such-program {voice}")
    run()
    listener()
    worker = double.user(7001)
    worker.says("你好")
    assert worker.waits_for(1)[0].text == "echo: 你好"
    settled()
    assert [row.status for row in rows(Outbox)] == ["sent", "failed"]


def test_another_reading_program_can_be_named(monkeypatch):
    monkeypatch.setenv("TEXT_TO_SPEECH_COMMAND", "espeak-ng -v {voice} -s 90 --stdin --stdout")
    slow = soundfile.info(io.BytesIO(aloud.speak("老板欠我三个月工资", "zh"))).duration
    monkeypatch.setenv("TEXT_TO_SPEECH_COMMAND", "espeak-ng -v {voice} -s 220 --stdin --stdout")
    assert soundfile.info(io.BytesIO(aloud.speak("老板欠我三个月工资", "zh"))).duration < slow


@pytest.mark.parametrize(("written", "said"), [
    ("📞 先打：盘州市总工会 0858-12351", "先打：盘州市总工会 0 8 5 8 , 1 2 3 5 1"),
    ("打 12333 或 110。", "打 1 2 3 3 3 或 1 1 0。"),
    ("最晚 2027年6月30日，61,800 元，110 天", "最晚 2027年6月30日，61,800 元，110 天"),
    ("· 工牌\n· 转账记录", "工牌\n转账记录"),
])
def test_numbers_to_call_are_read_digit_by_digit_and_sums_are_not(written, said):
    assert aloud.sayable(written) == said


def test_a_voice_note_is_written_down_repeated_and_understood(double, rasa, run, model):
    run(speech_to_text_url=model.url)
    worker = double.user(7001)
    worker.sends_voice(b"OggS of a worker")
    worker.waits_for(2)
    assert worker.texts() == ["我听到的是：“老板欠我三个月工资”", "echo: 老板欠我三个月工资"]
    assert model.heard == [(b"OggS of a worker", "zh")]


def test_after_consent_the_words_of_a_note_stand_in_the_conversation(double, rasa, run, model, rows, settled):
    run(speech_to_text_url=model.url)
    worker = double.user(7001)
    with store.session() as session:
        met = workers.arrive(session, "telegram", "7001")
        met.consented_at = met.created_at
    worker.sends_voice(b"OggS")
    worker.waits_for(2)
    settled()
    assert [row.text for row in rows(Message) if row.speaker == "worker"] == ["[语音] 老板欠我三个月工资"]


@pytest.mark.parametrize("words", [None, "", "   "])
def test_a_note_that_cannot_be_heard_is_answered_kindly(double, rasa, run, model, words):
    model.words = words
    run(speech_to_text_url=model.url)
    worker = double.user(7001)
    worker.sends_voice(b"OggS")
    assert "没听清" in worker.waits_for(1)[0].text
    assert rasa.asked == []


def test_a_note_that_telegram_no_longer_has_is_answered_kindly(double, rasa, run, model):
    run(speech_to_text_url=model.url)
    worker = double.user(7001)
    worker.sends_voice()
    assert "没听清" in worker.waits_for(1)[0].text and model.heard == []


def test_a_spoken_slash_is_no_command(double, rasa, run, model):
    model.words = "/forget"
    run(speech_to_text_url=model.url)
    worker = double.user(7001)
    worker.sends_voice(b"OggS")
    worker.waits_for(2)
    assert rasa.messages() == ["forget"]
