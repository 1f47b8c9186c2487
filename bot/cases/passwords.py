"""Which passwords will do: long enough, and not among what is guessed first. No rules about kinds of characters, no expiry.

What is guessed first is judged offline by zxcvbn: tens of thousands of leaked passwords, words, names, keyboard rows and dates, and in
CONTEXT what belongs to this installation.
"""
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 200
CONTEXT = ("gongyou", "工友", "hotline", "union", "gonghui", "gonghuirexian", "12351", "12333", "12348", "telegram",
           "admin", "password", "mima")
JUDGED = 72  # characters that are looked at; more only make it harder
LEAST_REST = 8  # characters besides the words of CONTEXT
LEAST_SCORE = 3  # of 4: more than 10^8 guesses


def fault(password: str, name: str) -> str | None:
    """Why a password will not do: password_short, password_long or password_common; None when it will. `name`: of the account."""
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    rest = password.lower()
    for word in (name.lower(), *CONTEXT):
        rest = rest.replace(word, "")
    if len(rest) < LEAST_REST or len(set(password)) < 5 or zxcvbn(password[:JUDGED], user_inputs=[name, *CONTEXT])["score"] < LEAST_SCORE:
        return "password_common"
    return None
