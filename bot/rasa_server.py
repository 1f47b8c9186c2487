"""`python -m bot.rasa_server`: Rasa with the actions in the same process, telemetry off, warmed up before it listens.

It answers the other parts only (bot/between.py). With ACTION_URL set the actions are asked there instead (bot/action_server.py); with
REDIS_URL set the locks lie in Redis, so that several of these can run behind one another's backs. Plain `rasa run` works too, without a
secret.
"""
import os

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SANIC_BACKLOG", "1000")
os.environ.setdefault("TICKET_LOCK_LIFETIME", "20")  # so long a conversation waits for a process that was killed over it

import logging
import sys
import warnings
from functools import partial
from urllib.parse import urlsplit

from bot import between, logs, settings
from bot.engine import imports

# What takes a second the first time: facts and districts, the names of towns, those of places in English.
WARM_UP = ("你好，老板欠我三个月工资，没签合同，在深圳宝安", "我在宝安区西乡街道固戍村干活", "I work in Baoan, Shenzhen, since last spring")


def main() -> int:
    """Serves until it is stopped. Exit status 2: a setting or the model is missing, with one line that says which."""
    try:
        now = settings.read()
        settings.secret_keys()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    warnings.showwarning = lambda *_, **__: None  # libraries about libraries; Sanic and Rasa switch filters back on
    from bot.model_cache import trained_model

    model = trained_model()
    if model is None:
        print("models: no trained model for these data; run `make setup`", file=sys.stderr)
        return 2
    try:
        _serve(now, model)
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _serve(now: settings.Settings, model) -> None:
    imports.leave_out()
    from rasa.core.channels.channel import register
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog
    from sanic import Sanic

    from bot.cases import store
    from bot.rasa_channel import Rest

    logs.configure(settings.parts_secret())  # first, as Rasa sets LOG_LEVEL itself
    configure_logging_and_warnings(logging.WARNING, warn_only_once=True, filter_repeated_logs=False)
    configure_structlog(logging.WARNING)
    store.migrate()
    app = Sanic("rasa", configure_logging=False)
    register([Rest()], app, route="/webhooks/")
    between.demand(app)
    app.register_listener(partial(_load, now, model), "before_server_start")
    address = urlsplit(now.rasa_url)
    app.run(host=address.hostname or "127.0.0.1", port=address.port or 5005, workers=1, access_log=False, motd=False)


async def _load(now: settings.Settings, model, app, _loop) -> None:
    """Loads the model before the port opens, and whatever else is loaded when it is first needed."""
    from bot.engine import agent
    from bot.law import load
    from bot.understanding import sentences

    load()
    sentences.many(WARM_UP[:1])  # asked only about messages that are not clear without
    app.ctx.agent = agent.load(model, **agent.surroundings(now))
    for words in WARM_UP:
        await app.ctx.agent.parse_message(words)
    print("rasa:     ready", flush=True)


if __name__ == "__main__":
    sys.exit(main())
