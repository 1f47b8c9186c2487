"""Property tests run the same examples each time: a suite that gates a release must not fail by luck."""
from hypothesis import settings

settings.register_profile("steady", derandomize=True, print_blob=True)
settings.load_profile("steady")
