"""People at the desk: HTTP clients that fill in forms as a browser would."""
import re

import httpx

from bot.cases import staff, store
from tests import typed

PASSWORD = "plum teacup river 42"


class Visitor(httpx.Client):
    """A browser without scripts: keeps cookies, follows redirects, sends a form's CSRF field along."""

    def __init__(self, base_url: str, language: str = "en"):
        super().__init__(base_url=base_url, follow_redirects=True, headers={"Accept-Language": language}, trust_env=False, timeout=60)

    def request(self, method, url, **sent) -> httpx.Response:
        for text in {**(sent.get("data") or {}), **(sent.get("json") or {})}.values():
            typed.note(text)
        return super().request(method, url, **sent)

    def submit(self, page: str, action: str, **fields) -> httpx.Response:
        """Opens `page`, then posts a form of it to `action`."""
        return self.post(action, data={"csrf": token(self.get(page).text), **fields})


def token(html: str) -> str:
    """The CSRF token of the first form on a page."""
    return re.search(r'name="csrf" value="([^"]+)"', html).group(1)


def account(name: str, role: str, password: str = PASSWORD) -> None:
    """An account whose one-time password was changed already."""
    with store.session() as session:
        staff.add(session, name, role)
        staff.change_password(session, staff.by_name(session, name), password)


def signed_in(desk: str, name: str, role: str) -> Visitor:
    account(name, role)
    client = Visitor(desk)
    assert client.submit("/login", "/login", name=name, password=PASSWORD).url.path == "/queue"
    return client
