"""What docs/dependencies.md calls not imported is not imported where workers' messages go."""
import subprocess
import sys

NOT_IMPORTED = ("keras tensorflow torch pymongo dns sanic_cors sanic_jwt socketio engineio aiogram slack_sdk twilio fbmessenger "
                "webexteamssdk mattermostwrapper rocketchat_API confluent_kafka aio_pika boto3 matplotlib networkx spacy h5py").split()
PROGRAM = f"""
import sys
from bot.engine import imports
assert imports.leave_out()
from bot.engine import agent, runner
from bot import action_server, local_actions, rasa_channel, rasa_server, rasa_turn
from rasa.utils import common, log_utils
print([name for name in {NOT_IMPORTED} if name in sys.modules and not isinstance(sys.modules[name], imports.StandIn)])
"""


def test_rasas_process_leaves_out_what_is_old_and_not_needed():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_every_row_about_a_missing_import_is_covered():
    from bot.settings import ROOT

    packages = {"keras": "keras", "tensorflow": "tensorflow", "pymongo": "pymongo", "dnspython": "dns", "sanic-cors": "sanic_cors",
                "python-socketio": "socketio", "aiogram": "aiogram", "slack-sdk": "slack_sdk", "twilio": "twilio", "boto3": "boto3",
                "confluent-kafka": "confluent_kafka", "aio-pika": "aio_pika", "matplotlib": "matplotlib", "networkx": "networkx",
                "spacy": "spacy", "fbmessenger": "fbmessenger", "webexteamssdk": "webexteamssdk", "mattermostwrapper": "mattermostwrapper",
                "rocketchat-api": "rocketchat_API", "sanic-jwt": "sanic_jwt"}
    rows = [line for line in (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").splitlines() if "| not imported" in line]
    named = {part.split(" ")[0] for line in rows for part in line.split("|")[1].strip().split(", ")}
    assert named <= set(packages) and {packages[name] for name in named} <= set(NOT_IMPORTED)
