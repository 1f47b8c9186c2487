"""Inline keyboards: two short buttons side by side, a long one on a row of its own."""
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

HALF = 16  # widths that fit half a telephone's screen: 8 Chinese or 16 Latin characters
MOST = 100  # Telegram's limit for a keyboard


def rows(buttons: list[dict]) -> list[list[dict]]:
    """Buttons in rows of at most two, in their order."""
    arranged: list[list[dict]] = []
    for button in buttons[:MOST]:
        last = arranged[-1] if arranged else []
        if len(last) == 1 and _short(last[0]) and _short(button):
            last.append(button)
        else:
            arranged.append([button])
    return arranged


def markup(buttons: list[dict]) -> InlineKeyboardMarkup | None:
    """The keyboard of buttons [{"title", "key"}]; None without buttons."""
    if not buttons:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(button["title"], callback_data=button["key"]) for button in row]
                                 for row in rows(buttons)])


def _short(button: dict) -> bool:
    return sum(2 if character > "\u2e7f" else 1 for character in button["title"]) <= HALF
