"""`make bench`: our product against Rasa's default pipeline on the same data, in one run (names: docs/performance.md)."""
