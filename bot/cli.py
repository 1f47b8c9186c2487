"""The command line. Bad input gives one line on standard error, exit status 2, and nothing written. Imports are made where they are used:
`assess` must not wait for what only `parse` needs."""
import json
import os
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Iterator, Optional

import click

BATCH = 5000  # imported rows to a transaction: the bot goes on writing between two of them
LINKED = 200  # matters to a transaction, likewise
HERE = "(command line)"  # stands in the audit trail for whoever runs a command on the server; no account is called so
FILE = click.argument("file", required=False, metavar="[FILE]", type=click.Path(path_type=Path))


class BadInput(Exception):
    """What was typed cannot be used; the message says why in one line."""


@click.group(help="Gongyou 工友: guidance, records and accounts.")
def app() -> None:
    pass


@app.group("deflections", help="The deflection log: out, in, and as figures.")
def deflections_app() -> None:
    pass


@app.group("directory", help="The directory of offices: in and out.")
def directory_app() -> None:
    pass


@app.group("knowledge", help="The law as data.")
def knowledge_app() -> None:
    pass


@app.group("employers", help="Employers that several matters name.")
def employers_app() -> None:
    pass


@app.group("keys", help="The keys that personal data is encrypted with.")
def keys_app() -> None:
    pass


@app.group("audit", help="Who saw or changed what.")
def audit_app() -> None:
    pass


@app.group("unanswered", help="What the bot did not understand, labelled at the desk.")
def unanswered_app() -> None:
    pass


@app.group("staff", help="Accounts of the desk.")
def staff_app() -> None:
    pass


@app.command()
@FILE
def assess(file: Optional[Path]) -> None:
    """Facts (a JSON object, a list of them, or JSON Lines) in, one assessment a line out; from FILE or standard input."""
    from bot import assess_input, settings
    from bot.guidance.assess import assess as judge
    from bot.law import load

    law, today = load(), settings.today()
    facts = assess_input.read(_text(file))
    _write("".join(json.dumps(judge(one, law, today), ensure_ascii=False) + "\n" for one in facts))


@app.command()
@FILE
def parse(file: Optional[Path]) -> None:
    """Messages, one a line, in; what was understood, one JSON object a line, out; from FILE or standard input."""
    from bot import model_cache, settings
    from bot.understanding.parse import understand

    lines = _decoded(_read(file)).split("\n")
    if lines[-1] == "":
        lines.pop()
    model, today = model_cache.understanding(lambda line: print(f"training once: {line}", file=sys.stderr)), settings.today()
    _write("".join(json.dumps(understand(model, line.rstrip("\r"), today), ensure_ascii=False) + "\n" for line in lines))


@app.command()
@FILE
def coverage(file: Optional[Path]) -> None:
    """The ten-city survey model: a worker's profile in, the chance of each insurance with and without contract and union out."""
    from bot.guidance.coverage import CoverageError, predict

    profile = _json(_text(file))
    many = profile if isinstance(profile, list) else [profile]
    try:
        found = [predict(one) for one in many]
    except CoverageError as error:
        raise BadInput(str(error)) from None
    _write("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found))


@deflections_app.command("export")
@click.option("--format", "format", required=True, type=click.Choice(("csv", "xlsx", "json")))
@click.option("--since", metavar="DATE", help="From this day of contact on.")
def deflections_export(format: str, since: Optional[str]) -> None:
    """Writes the deflection log to standard output."""
    from bot.cases import deflections, staff

    first = _day("--since", since)
    with _session() as session:
        data = deflections.export(session, format, first)
        staff.audit(session, HERE, "deflections.export", format)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@deflections_app.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def deflections_import(file: Path) -> None:
    """Reads a log (CSV, XLSX or JSON, told apart by content) into the record; rows it holds already are skipped."""
    from bot.cases import deflection_import

    try:
        rows = deflection_import.read(_read(file))
    except deflection_import.ImportFault as fault:
        raise BadInput(str(fault)) from None
    with _session(only_reads=True) as session:
        fresh = deflection_import.missing(session, rows)
    for first in range(0, len(fresh), BATCH):
        with _session() as session:
            deflection_import.add(session, fresh[first:first + BATCH])
        if len(fresh) > BATCH:
            print(f"{min(first + BATCH, len(fresh))} / {len(fresh)}", file=sys.stderr)
    known = len(rows) - len(fresh)
    print(f"新增 {len(fresh)} 行，{known} 行记录里已经有、跳过。/ {len(fresh)} rows added, {known} skipped: the record holds them already.",
          file=sys.stderr)


@deflections_app.command("report")
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def deflections_report(as_json: bool) -> None:
    """The log as figures, counted by case: who knew, who acted, why workers were turned away, how long it took."""
    from bot.cases import deflection_report

    with _session(only_reads=True) as session:
        figures = deflection_report.of_record(session)
    _write((json.dumps(figures, ensure_ascii=False) if as_json else deflection_report.as_text(figures)) + "\n")


@directory_app.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def directory_import(file: Path) -> None:
    """Reads a directory (CSV or XLSX) into the record; an office of the same body, place and name is corrected. All of it or nothing."""
    from bot.cases import directory, tables
    from bot.desk import offices
    from bot.desk.texts import Texts

    try:
        rows, faults = directory.read(_read(file))
    except tables.TableFault as fault:
        raise BadInput(str(fault)) from None
    if faults:
        more = f" (and {len(faults) - 1} more; the page /directory lists them all)" if len(faults) > 1 else ""
        raise BadInput(offices.fault_text(Texts("en"), faults[0]) + more)
    with _session() as session:
        done = directory.take_in(session, rows, "command line")
    print("{added} added, {corrected} corrected, {unchanged} unchanged".format(**done), file=sys.stderr)


@directory_app.command("export")
@click.option("--format", "format", required=True, type=click.Choice(("csv", "xlsx")))
def directory_export(format: str) -> None:
    """Writes the directory to standard output, in the columns that the import takes."""
    from bot.cases import directory

    with _session(only_reads=True) as session:
        data = directory.export(session, format)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@deflections_app.command("recount")
def deflections_recount() -> None:
    """Makes the sums behind the desk's figures anew from the record. They are kept up to date anyway; this is for after repairs."""
    from bot.cases import log_counts

    with _session() as session:
        done = log_counts.rebuild(session)
    print(f"{done} counted", file=sys.stderr)


@employers_app.command("link")
def employers_link() -> None:
    """Links every matter passed on to the employers it names anew: after an update, or after a change of the words that fall away from
    names. Can be interrupted."""
    from bot.cases import cases, employers

    last, total = 0, 0
    while True:
        with _session() as session:
            last, done = employers.link_all(session, last, LINKED, cases.stated)
        if not done:
            break
        total += done
    print(f"{total} matters linked", file=sys.stderr)


@knowledge_app.command("check")
def knowledge_check() -> None:
    """Validates the knowledge base: one line a fault, exit status 1 if there is any. What is due for review goes to standard error."""
    from bot import settings
    from bot.law.check import ahead, due, faults

    for line in due(settings.today()):
        print(line, file=sys.stderr)
    found = faults() + ahead(settings.today())
    for fault in found:
        print(fault)
    if found:
        sys.exit(1)


@knowledge_app.command("impact")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def knowledge_impact(file: Path) -> None:
    """Which stored open cases would be assessed differently: one line a case. Nothing is written.

    FILE is a changed copy of a file of the knowledge base (told by its name, with as much of its path as it takes), compared with the
    base in force; or a file of the base itself that was edited, compared with its last commit.
    """
    from bot import law, settings
    from bot.cases import impact

    data, name = _read(file), law.name_of(file)
    before, after = law.load(), law.read(law.HERE, {name: data})
    if before.version == after.version:
        before = law.read(law.HERE, {name: _committed(law.HERE / name)})
    changed = 0
    with _session(only_reads=True) as session:
        stored = impact.count(session)
        for code, found in impact.of_open_cases(session, before, after, settings.today()):
            _write(f"{code}: {'; '.join(found)}\n")
            changed += 1
    print(f"{name}: {changed} / {stored} open cases ({before.version} -> {after.version})", file=sys.stderr)


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Wraps every data key with the first key of BOT_SECRET_KEYS; then the older ones may be taken out. Can be interrupted."""
    from bot.cases import keys

    total = 0
    while True:
        with _session() as session:
            done = keys.rotate(session)
        total += done
        if not done:
            break
        print(f"{total} …", file=sys.stderr)
    print(f"{total} data keys wrapped anew; all are under the first key of BOT_SECRET_KEYS now")


@audit_app.command("verify")
@click.option("--head", metavar="HASH", help="A hash this command printed earlier: entries cut off since then are found by it.")
def audit_verify(head: Optional[str]) -> None:
    """Checks the chain of the audit trail; exit status 1 and the first broken entry when it was tampered with."""
    from bot.cases import audit_chain

    with _session() as session:
        verdict = audit_chain.verify(session, head)
    if verdict.fault:
        print(verdict.fault)
        sys.exit(1)
    print(f"{verdict.entries} entries, whole; last: {verdict.last or '-'}")


@unanswered_app.command("export")
@click.option("--language", default="zh", show_default=True, type=click.Choice(("zh", "en")), help="The examples of this language.")
@click.option("--questions", is_flag=True, help="The questions of law instead of examples.")
def unanswered_export(language: str, questions: bool) -> None:
    """Writes what was labelled, scrubbed: training examples as in data/nlu, or questions as in tests/law."""
    from bot.cases import staff, unanswered
    from bot.desk.unanswered import trained

    with _session() as session:
        if questions:
            text = unanswered.export_questions(session)
        else:
            text = unanswered.export_examples(session, language, trained(language))
        staff.audit(session, HERE, "unanswered.export", "questions" if questions else language)
    _write(text)


@staff_app.command("add")
@click.argument("name")
@click.option("--role", required=True, help="hotline or admin")
def staff_add(name: str, role: str) -> None:
    """Adds an account of the desk and prints its one-time password."""
    from bot.cases import staff

    try:
        with _session() as session:
            password = staff.add(session, name, role)
            staff.audit(session, HERE, "staff.add", name.strip(), {"role": role})
    except staff.StaffError as error:
        raise BadInput(str(error)) from None
    print(password)


@staff_app.command("renew")
@click.argument("name")
def staff_renew(name: str) -> None:
    """A new one-time password for whoever cannot get in any more, the last admin too: ends all sign-ins, lets a disabled account back in,
    takes the second factor away. Prints the password."""
    from bot.cases import second_factor, staff

    with _session() as session:
        person = staff.by_name(session, name)
        if person is None:
            raise BadInput(f"NAME: no account is called {name!r}")
        password = staff.renew_password(session, person)
        second_factor.switch_off(person)
        staff.audit(session, HERE, "staff.renew", person.name)
    print(password)


@app.command()
@click.option("--adcode", required=True, metavar="CODE", help="The place, e.g. 520281.")
@click.option("--union", metavar="MARK", help="Letters and digits that tell the union or site that puts it up.")
@click.option("--bot", required=True, metavar="NAME", help="The bot's name in Telegram.")
@click.option("--font", metavar="FILE", type=click.Path(path_type=Path), help="A font with Chinese characters, for .png and .pdf.")
@click.option("--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Ends with .svg, .png or .pdf.")
def poster(adcode: str, union: Optional[str], bot: str, font: Optional[Path], out: Path) -> None:
    """A poster for a site: its QR code opens the bot, which then knows the place."""
    import re

    from bot.documents import poster as drawing
    from bot.documents.origin import Origin
    from bot.law import load

    name = bot.removeprefix("@")
    if not re.fullmatch(r"[A-Za-z0-9_]{5,32}", name):
        raise BadInput("--bot: 5 to 32 letters, digits and underscores, as in t.me/NAME")
    if out.suffix.lower() not in drawing.FORMATS:
        raise BadInput(f"--out: must end with {', '.join(drawing.FORMATS)}")
    try:
        out.write_bytes(drawing.make(Origin(adcode, union), name, load(), out.suffix.lower(), font))
    except (ValueError, drawing.NoFont) as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"--out: {out}: {error.strerror or error}") from None


@app.command()
@click.argument("worker", metavar="WORKER")
def forget(worker: str) -> None:
    """Erases everything about one worker, everywhere. WORKER is the worker's code, e.g. W-7K3FQ2."""
    from bot.cases import forget as erasing, staff, workers

    with _session() as session:
        found = workers.by_code(session, worker)
        if found is None:
            raise BadInput(f"WORKER: no worker has the code {worker!r}")
        code = found.code
        staff.audit(session, HERE, "worker.forget", code)  # of which the erasure leaves a keyed hash
        erasing.forget(session, found)
    print(f"{code}: erased")


@app.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copies the record of a running system into FOLDER, and beside it the data keys as they are now. Prints the file's name."""
    from bot import settings
    from bot.cases import backup as copies

    with _session(only_reads=True):
        pass
    try:
        print(copies.make(folder, settings.read().database_url))
    except OSError as error:
        raise BadInput(f"FOLDER: {error.filename or folder}: {error.strerror or error}") from None


@app.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Also into a record that holds something; it is copied first. Stop all parts before.")
def restore(file: Path, overwrite: bool) -> None:
    """Brings a backup into an empty record. Who was erased since it was made stays erased."""
    from bot import settings
    from bot.cases import backup as copies

    with _session(only_reads=True):
        pass
    try:
        url = settings.read().database_url
        if overwrite:
            print(f"the record as it was: {copies.put_aside(file, url)}", file=sys.stderr)
        rows, erased = copies.restore(file, url)
    except copies.BackupFault as fault:
        raise BadInput(str(fault)) from None
    except OSError as error:
        raise BadInput(f"FILE: {error.filename or file}: {error.strerror or error}") from None
    print(f"{rows} rows restored, {erased} cases and workers erased since", file=sys.stderr)


def main() -> None:
    """Runs the command line; every expected fault is one line and exit status 2."""
    from bot.guidance.facts import FactsError
    from bot.law import LawError
    from bot.settings import SettingsError

    try:
        app(prog_name="python -m bot", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        _fail(f"{error.format_message()} (see --help)")
    except (BadInput, FactsError, SettingsError, LawError) as error:
        _fail(str(error))
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has gone; Python's own flush at the end must not complain about it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _fail(message: str) -> None:
    print(" ".join(message.split()), file=sys.stderr)
    sys.exit(2)


@contextmanager
def _session(only_reads: bool = False) -> Iterator:
    """A unit of work on a migrated database. Raises BadInput for a database that cannot be used, SettingsError for a missing key."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.cases import store
    from bot.settings import SettingsError

    try:
        store.migrate()
        with store.session(only_reads=only_reads) as session:
            yield session
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error  # without the statement, whose values may be personal
        if isinstance(reason, SettingsError):
            raise reason from None
        raise BadInput(f"DATABASE_URL: the database cannot be used: {reason}") from None


def _read(file: Optional[Path]) -> bytes:
    try:
        return file.read_bytes() if file is not None else sys.stdin.buffer.read()
    except (OSError, ValueError) as error:
        raise BadInput(f"FILE: {file}: {getattr(error, 'strerror', None) or error}") from None


def _committed(path: Path) -> bytes:
    """A file as it was committed last. Raises BadInput where that is not known."""
    import subprocess

    try:
        shown = subprocess.run(["git", "show", f"HEAD:./{path.name}"], cwd=path.parent, capture_output=True)
    except OSError:
        shown = None
    if shown is None or shown.returncode:
        raise BadInput(f"FILE: {path.name} is in force as it is, and no earlier version is known; give a changed copy of it")
    return shown.stdout


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("FILE: not UTF-8 text") from None


def _text(file: Optional[Path]) -> str:
    """The input as text that holds something."""
    text = _decoded(_read(file))
    if not text.strip():
        raise BadInput("FILE: empty")
    return text


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
