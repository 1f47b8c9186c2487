"""The conversation: what a message changes, what is asked next, and what is said. Rasa decides which of these functions runs."""
