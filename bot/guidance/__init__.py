"""The reasoning: facts, law and a day in; the assessment of CONTRACT.md out. Pure: no I/O, no clock, no Rasa."""
