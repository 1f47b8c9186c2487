"""Papers a worker hands in, filled from the facts and open to change in Word; a calendar of the deadlines; posters for sites."""
