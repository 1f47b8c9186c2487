"""A message as the dialogue hears it, and what the dialogue says back."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heard:
    """One message of a worker. `values` are the entities of a pressed button, `issues` what the classifier found."""

    sender: str
    text: str
    message_id: str
    intent: str | None = None
    issues: tuple[str, ...] = ()
    values: dict = field(default_factory=dict)
    channel: str = "rest"
    language: str | None = None
    guess: str | None = None  # what the classifier took the words for, also where it was too unsure to say so
    confidence: float | None = None

    @property
    def pressed(self) -> bool:
        """A button, not words."""
        return self.text.startswith("/")


@dataclass(frozen=True)
class Say:
    """One message to the worker; `buttons` are (title, payload) pairs."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
