"""Sound as voice messages are sent: Ogg Opus, with one channel."""
import io

import numpy
import soundfile

RATE = 24_000  # Hz; Opus allows this one, not espeak's 22,050
NoSound = soundfile.SoundFileError  # what is raised for bytes that are no sound


def of_wav(wav: bytes) -> bytes:
    """An Ogg Opus file of a WAV file. Raises NoSound."""
    sound, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    return _encoded(sound if sound.ndim == 1 else sound.mean(axis=1), rate)


def _encoded(sound: numpy.ndarray, rate: int) -> bytes:
    if rate != RATE:
        moments = numpy.arange(int(len(sound) * RATE / rate)) * (rate / RATE)
        sound = numpy.interp(moments, numpy.arange(len(sound)), sound).astype("float32")
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", RATE, 1, format="OGG", subtype="OPUS") as ogg:
        for start in range(0, len(sound), RATE):  # libsndfile's Opus encoder overflows its stack on one long piece
            ogg.write(sound[start:start + RATE])
    return file.getvalue()
