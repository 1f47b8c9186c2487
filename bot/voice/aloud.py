"""Text into a voice message, through a program that reads text on standard input and writes a WAV file on standard output."""
import re
import shlex
import shutil
import subprocess

from bot import law, settings

SECONDS = 60  # after which a reading program is given up
NUMBER_TO_CALL = re.compile(r"(?<![\d,.-])(?:0\d{2,3}-\d{5,8}|12\d{3}|1[12]\d)(?!\d|[,.]\d|\s*[年月日元天人岁%])")
SILENT = re.compile(r"[\U0001F000-\U0001FAFF\u2190-\u21FF\u2300-\u27BF\u2B00-\u2BFF\uFE0F\u200D]|^[·•]\s*", re.MULTILINE)


class CannotSpeak(Exception):
    """The reading program is missing or failed; the message says which."""


def speak(text: str, language: str) -> bytes:
    """An Ogg Opus file of `text` read aloud. Raises CannotSpeak; SettingsError when TEXT_TO_SPEECH_COMMAND cannot be used."""
    from bot.voice import opus  # numpy and the codec; a gateway that is never asked to read aloud goes without

    voice = law.load().text("voice.espeak", language)
    command = [part.replace("{voice}", voice) for part in shlex.split(settings.read().text_to_speech_command)]
    try:
        spoken = subprocess.run(command, input=sayable(text).encode(), capture_output=True, timeout=SECONDS, check=True).stdout
        return opus.of_wav(spoken)
    except (OSError, subprocess.SubprocessError, opus.NoSound) as error:
        raise CannotSpeak(f"{command[0]}: {type(error).__name__}") from None


def can_speak() -> bool:
    """Whether the reading program is on this machine."""
    return shutil.which(shlex.split(settings.read().text_to_speech_command)[0]) is not None


def sayable(text: str) -> str:
    """Text as it should be read out: no pictures or bullets, numbers to call digit by digit."""
    return NUMBER_TO_CALL.sub(lambda number: " ".join(number[0].replace("-", ",")), SILENT.sub("", text)).strip()
