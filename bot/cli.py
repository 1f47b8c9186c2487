"""The command line. Bad input gives one line on standard error, exit status 2, and nothing written. Imports are made where they are used:
`assess` must not wait for what only `parse` needs."""
import json
import sys
from datetime import date
from pathlib import Path
from typing import Optional

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Gongyou 工友: guidance, records and accounts.")
deflections_app = typer.Typer(no_args_is_help=True, help="The deflection log: out, in, and as figures.")
knowledge_app = typer.Typer(no_args_is_help=True, help="The law as data.")
staff_app = typer.Typer(no_args_is_help=True, help="Accounts of the desk.")
app.add_typer(deflections_app, name="deflections")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(staff_app, name="staff")
FILE = typer.Argument(None, metavar="[FILE]", help="A file; standard input without one.")


class BadInput(Exception):
    """What was typed cannot be used; the message says why in one line."""


@app.command()
def assess(file: Optional[Path] = FILE) -> None:
    """Facts (a JSON object, a list of them, or JSON Lines) in, one assessment a line out."""
    from bot import assess_input, settings
    from bot.guidance.assess import assess as judge
    from bot.law import load

    law, today = load(), settings.today()
    facts = assess_input.read(_read(file))
    lines = [json.dumps(judge(one, law, today), ensure_ascii=False) for one in facts]
    _write("\n".join(lines) + "\n" if lines else "")


@app.command()
def parse(file: Optional[Path] = FILE) -> None:
    """Messages, one a line, in; what was understood, one JSON object a line, out."""
    from bot import model_cache, settings
    from bot.understanding.parse import understand

    text = _read(file)
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    model, today = model_cache.understanding(lambda line: print(f"training once: {line}", file=sys.stderr)), settings.today()
    _write("".join(json.dumps(understand(model, line.rstrip("\r"), today), ensure_ascii=False) + "\n" for line in lines))


@app.command()
def coverage(file: Optional[Path] = FILE) -> None:
    """The ten-city survey model: a worker's profile in, the chance of each insurance with and without contract and union out."""
    from bot.guidance.coverage import CoverageError, predict

    profile = _json(_read(file))
    many = profile if isinstance(profile, list) else [profile]
    try:
        found = [predict(one) for one in many]
    except CoverageError as error:
        raise BadInput(str(error)) from None
    _write("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found))


@deflections_app.command("export")
def deflections_export(format: str = typer.Option(..., "--format", help="csv, xlsx or json"),
                       since: Optional[str] = typer.Option(None, "--since", metavar="DATE", help="from this day of contact on")) -> None:
    """Writes the deflection log to standard output."""
    from bot.cases import deflections

    if format not in ("csv", "xlsx", "json"):
        raise BadInput(f"--format: {format!r} is not csv, xlsx or json")
    with _session(only_reads=True) as session:
        data = deflections.export(session, format, _day("--since", since))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@knowledge_app.command("check")
def knowledge_check() -> None:
    """Validates the knowledge base: one line a fault, exit status 1 if there is any."""
    from bot.law.check import faults

    found = faults()
    for fault in found:
        print(fault)
    raise typer.Exit(1 if found else 0)


@staff_app.command("add")
def staff_add(name: str, role: str = typer.Option(..., "--role", help="hotline or admin")) -> None:
    """Adds an account of the desk and prints its one-time password."""
    from bot.cases import staff

    try:
        with _session() as session:
            password = staff.add(session, name, role)
    except ValueError as error:
        raise BadInput(str(error)) from None
    print(password)


@app.command()
def forget(worker: str = typer.Argument(..., metavar="WORKER", help="the worker's code, e.g. W-7K3FQ2")) -> None:
    """Erases everything about one worker, everywhere."""
    from bot.cases import forget as erasing, workers

    with _session() as session:
        found = workers.by_code(session, worker)
        if found is None:
            raise BadInput(f"WORKER: no worker has the code {worker!r}")
        erasing.forget(session, found)
    print(f"{worker.strip().upper()}: erased")


def main() -> None:
    """Runs the command line; every expected fault is one line and exit status 2."""
    from bot.guidance.facts import FactsError
    from bot.law import LawError
    from bot.settings import SettingsError

    try:
        app(standalone_mode=True)
    except (BadInput, FactsError, SettingsError, LawError) as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)


def _session(only_reads: bool = False):
    from bot.cases import store

    store.migrate()
    return store.session(only_reads=only_reads)


def _read(file: Optional[Path]) -> str:
    """The input as text."""
    try:
        data = file.read_bytes() if file is not None else sys.stdin.buffer.read()
    except OSError as error:
        raise BadInput(f"FILE: {file}: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("FILE: not UTF-8 text") from None


def _json(text: str):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("FILE: not JSON") from None


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _day(name: str, text: Optional[str]) -> Optional[date]:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{name}: {text!r} is not a date like 2026-11-22") from None
