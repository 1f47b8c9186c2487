"""What the bot writes of its own accord: reminders of days, and the question whether the union answered."""
