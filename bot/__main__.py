"""`python -m bot`: the commands of CONTRACT.md."""
from bot.cli import main

main()
