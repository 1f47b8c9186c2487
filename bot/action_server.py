"""`python -m bot.action_server`: the actions as a process of their own, at ACTION_URL, for the other parts only.

Where ACTION_URL is not set the actions run inside Rasa's process (bot/local_actions.py). Plain `rasa run actions` works too, without a
secret.
"""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import json
import sys
import warnings
from urllib.parse import urlsplit

from bot import between, logs, settings


def main() -> int:
    """Serves until it is stopped. Exit status 2: a setting is missing, with one line that says which."""
    try:
        now = settings.read()
        settings.secret_keys()
        if not now.action_url:
            raise settings.SettingsError("ACTION_URL: not set; without it the actions run in Rasa's process")
        warnings.showwarning = lambda *_, **__: None
        logs.configure(settings.parts_secret())
        from bot.cases import store

        store.migrate()
        app = build()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    address = urlsplit(now.action_url)
    app.run(host=address.hostname or "127.0.0.1", port=address.port or 5055, workers=1, access_log=False, motd=False)
    return 0


def build():
    """The application: POST /webhook as Rasa calls it, GET /health. Raises SettingsError without a secret."""
    from rasa.utils.endpoints import ClientResponseError
    from sanic import Sanic, response

    from bot.local_actions import local_actions

    app, actions = Sanic("gongyou_actions", configure_logging=False), local_actions()
    between.demand(app)

    @app.post("/webhook")
    async def webhook(request):
        try:
            return response.json(await actions.request(json=request.json))
        except ClientResponseError as refused:
            return response.json(json.loads(refused.text), 400)

    @app.get("/health")
    async def health(_request):
        return response.json({"status": "ok"})

    return app


if __name__ == "__main__":
    sys.exit(main())
