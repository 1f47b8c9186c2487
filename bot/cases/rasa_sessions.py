"""Where several Rasa processes keep what is under way in a conversation (bot/engine/sessions.py): its end when somebody is forgotten."""
import logging

from bot import settings

PREFIX = "session:"
log = logging.getLogger("bot.cases.rasa_sessions")


def drop(sender: str) -> None:
    """Deletes a sender's session from Redis, where there is one. While Redis is away it is left: it ends by itself within hours."""
    url = settings.read().redis_url
    if url is None:
        return
    import redis

    try:
        with redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=2) as shared:
            shared.delete(PREFIX + sender)
    except redis.RedisError as error:
        log.warning("a forgotten worker's session is left to end by itself: %s", type(error).__name__)
