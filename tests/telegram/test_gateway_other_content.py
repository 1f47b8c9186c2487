"""What is not text is answered politely, in the worker's language and in its turn."""
import pytest

from bot.telegram import text

FILE = {"file_id": "file", "file_unique_id": "unique"}


@pytest.mark.parametrize(("content", "answer"), [
    ({"photo": [{**FILE, "width": 9, "height": 9}]}, "图片"),
    ({"voice": {**FILE, "duration": 1}}, "语音"),
    ({"audio": {**FILE, "duration": 1}}, "语音"),
    ({"video_note": {**FILE, "duration": 1, "length": 9}}, "视频"),
    ({"video": {**FILE, "duration": 1, "width": 9, "height": 9}}, "视频"),
    ({"document": FILE}, "文件"),
    ({"animation": {**FILE, "duration": 1, "width": 9, "height": 9}, "document": FILE}, "表情"),
    ({"sticker": {**FILE, "type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}}, "表情"),
    ({"contact": {"phone_number": "13800000000", "first_name": "老板"}}, "电话"),
    ({"dice": {"emoji": "🎲", "value": 3}}, "看不了"),
])
def test_the_answer_says_what_to_do_instead(double, rasa, running, content, answer):
    worker = double.user(7001)
    worker.sends(**content)
    assert answer in worker.waits_for(1)[0].text
    assert rasa.asked == []


def test_in_english_too(double, rasa, running):
    worker = double.user(7001, "en")
    worker.sends_voice()
    assert "voice messages" in worker.waits_for(1)[0].text


def test_between_two_messages_the_answer_comes_between_theirs(double, rasa, running):
    worker = double.user(7001)
    worker.says("一")
    worker.sends_sticker()
    worker.says("二")
    worker.waits_for(3)
    assert worker.texts()[0] == "echo: 一" and "表情" in worker.texts()[1] and worker.texts()[2] == "echo: 二"


def test_a_photos_caption_is_a_message(double, rasa, running):
    worker = double.user(7001)
    worker.sends_photo(caption="这是我的欠条")
    worker.waits_for(2)
    assert "图片" in worker.texts()[0] and worker.texts()[1] == "echo: 这是我的欠条"


def test_an_album_is_answered_once(double, rasa, running, settled):
    worker = double.user(7001)
    for _ in range(3):
        worker.sends_photo(album="99")
    worker.says("看到了吗")
    worker.waits_for(2)
    settled()
    assert len(worker.messages()) == 2


def test_somebody_pinning_a_message_is_not_answered(double, rasa, running, settled):
    worker = double.user(7001)
    worker.sends(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    worker.says("一")
    worker.waits_for(1)
    settled()
    assert worker.texts() == ["echo: 一"]


def test_a_shared_location_is_the_district(double, rasa, running):
    worker = double.user(7001)
    worker.sends_location(25.7096, 104.4716)  # 贵州盘州
    assert worker.waits_for(1)[0].text == 'echo: /inform{"adcode": "520281"}'


def test_a_location_abroad_is_answered_politely(double, rasa, running):
    worker = double.user(7001)
    worker.sends_location(48.8566, 2.3522)
    assert "劳动法" in worker.waits_for(1)[0].text
    assert rasa.asked == []


@pytest.mark.parametrize("typed", ["", "   \n", "\x00\x01\x02", "///", "\u3000"])
def test_nothing_typed_gets_a_helpful_answer(double, rasa, running, typed):
    worker = double.user(7001)
    worker.says(typed)
    assert "一句话" in worker.waits_for(1)[0].text


def test_ten_thousand_characters_are_read_as_far_as_a_message_goes(double, rasa, running):
    worker = double.user(7001)
    worker.says("欠" * 10_000)
    worker.waits_for(2)
    assert rasa.messages() == ["欠" * 4096]
    assert "4096" in worker.texts()[0]


@pytest.mark.parametrize("typed", ["👷‍♂️💰😡", "\ud83d", "مرحبا", "a\x00b", "{{x}}", "%s %(y)s"])
def test_any_characters_pass_through(double, rasa, running, typed):
    worker = double.user(7001)
    worker.says(typed)
    assert worker.waits_for(1)[0].text == f"echo: {text.clean(typed)}"
