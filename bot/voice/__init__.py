"""Speech for people who do not read or write: answers read aloud, voice notes written down. Both engines can be exchanged by a setting."""
