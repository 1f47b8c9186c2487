"""Traditional or Simplified: told by the characters that stand in one of the two only."""
from bot.understanding.language import simplify

SHARE = 0.08  # of the Chinese characters; a name or a quoted word makes no Traditional writer


def script_of(text: str) -> str | None:
    """"traditional" for a message in Traditional characters, else None."""
    chinese = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    changed = sum(1 for char in chinese if simplify(char) != char)
    return "traditional" if changed >= 2 and changed >= SHARE * len(chinese) else None
