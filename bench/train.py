"""`python -m bench.train FOLDER …`: `rasa train …` with nothing kept from earlier trainings; what is kept now goes to FOLDER."""
import sys
from pathlib import Path

from bot import settings

if __name__ == "__main__":
    settings.VAR = Path(sys.argv[1])
    sys.argv[:2] = ["rasa", "train"]
    from rasa.__main__ import main  # after the folder is set: modules take it when they are imported

    main()
