"""The Telegram gateway: updates into the inbox, messages to Rasa, answers from the outbox. `python -m bot.telegram` runs it."""
import os

os.environ.setdefault("PTB_TIMEDELTA", "true")  # read by python-telegram-bot: durations as timedelta, the only form it will keep
