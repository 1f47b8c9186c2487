"""Gongyou (工友): what workers are owed, until when, and whose duty it is to help."""
