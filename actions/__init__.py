"""Rasa actions: read the tracker, call one function, speak. No law, no SQL and no text in them."""
