"""Rasa as this house runs it: only what the bot needs is imported, and each message costs a fraction of what it costs in plain Rasa.

Plain `rasa run` answers the same, slower; docs/performance.md says by how much, and what each part brings.
"""
