"""`python -m bench [--short] [--only PART …]`: measures, prints `name: value unit`, writes bench.json.

Both sides of a ratio are measured in this run on this machine, in turns. `--short` sees that the bench works: few messages, few
examples and a baseline of one epoch, whose figures mean nothing.
"""
import argparse
import os
import statistics
import sys
from contextlib import redirect_stdout
from pathlib import Path

from bench import chat, engine, load, pages, sides, telegram, workers
from bench.figures import Figures, say
from bench.houses import Ours, Theirs
from bot import model_cache, setup
from bot.settings import ROOT, VAR
from bot.understanding import score

PARTS = ("engine", "telegram", "pages", "workers", "train", "nlu", "chat")
LONG = ("load",)  # only where it is asked for
BASELINE = ROOT / "bench" / "baseline.yml"


def main() -> int:
    options = _options()
    folder = sides.fresh(VAR / "bench")
    figures = Figures(options.out)
    if "engine" in options.only:
        say("engine …")
        figures.put("assess_per_s", engine.per_second(1 if options.short else 10), "cases/s")
    if "telegram" in options.only:
        say("telegram …")
        rate, used = telegram.updates(folder, 4 if options.short else 50, 5 if options.short else 20)
        figures.put("telegram_updates_per_s", rate, "updates/s")
        figures.put("telegram_cpu_per_update", used, "ms")
    if "pages" in options.only:
        say("pages …")
        found = pages.growth(folder, 10_000 // (50 if options.short else 1), options.cases or (500 if options.short else 1_000_000),
                             rounds=2 if options.short else 20)
        for page, ratio in found.items():
            figures.put(f"{page.strip('/')}_growth", ratio, "ratio")
    if "workers" in options.only:
        _workers(options, folder, figures)
    if "load" in options.only:
        _load(options, folder, figures)
    if {"train", "nlu", "chat"} & set(options.only):
        _two_sides(options, folder, figures)
    return 0


def _set_up() -> None:
    """A model and what else the house needs; what that says is no figure."""
    with redirect_stdout(sys.stderr):
        assert setup.main() == 0


def _workers(options, folder: Path, figures: Figures) -> None:
    _set_up()
    found = workers.throughput(folder, *((1, 2, 1) if options.short else (3, 8, 5)))
    if found:
        figures.ratio("workers_2_ratio", found[2], found[1])


def _load(options, folder: Path, figures: Figures) -> None:
    _set_up()
    minutes, stretches = (.5, 2) if options.short else (options.minutes, 12)
    say(f"load: {options.rate:g} messages a second for {minutes:g} minutes …")
    found = load.steady(folder, options.rate, minutes, stretches)
    if found:
        third = max(1, len(found) // 3)  # what comes first is warming up
        figures.put("load_messages_per_s", sum(len(one.seconds) for one in found) / (minutes * 60), "messages/s")
        late, early = ([one.p95() for one in part] for part in (found[-third:], found[third // 2:third // 2 + third]))
        figures.put("load_p95_growth", statistics.median(late) / statistics.median(early), "ratio")
        figures.put("load_p95", statistics.median(one.p95() for one in found), "s")
        for part in found[0].weight:
            figures.put(f"load_memory_growth_{part}", found[-1].weight[part] / found[third - 1].weight[part], "ratio")


def _two_sides(options, folder: Path, figures: Figures) -> None:
    epochs, every = (1, 100) if options.short else (options.epochs, options.every)
    config = sides.shortened(BASELINE, folder, epochs) if epochs else BASELINE
    data = sides.few(folder, every) if every > 1 else ROOT / "data"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'train.db'}"}
    say(f"training the baseline on one example in {every}, {epochs or 'all its'} epochs …")
    theirs, their_seconds = sides.train("baseline", config, data, folder, environment)
    say(f"  {their_seconds:.0f} s; training ours …")
    ours, our_seconds = sides.train("ours", ROOT / "config.yml", data, folder, environment)
    figures.ratio("train_ratio_at_most" if epochs else "train_ratio", [our_seconds], [their_seconds])
    if "nlu" in options.only:
        _nlu(options, figures, {"ours": ours, "theirs": theirs}, environment)
    if "chat" in options.only:
        _chat(options, folder, figures, theirs)


def _nlu(options, figures: Figures, models: dict[str, Path], environment: dict) -> None:
    if not score.EVAL.is_dir():
        say(f"no real questions at {score.EVAL}: understanding is not measured")
        return
    questions = {language: score.read_eval(language)[:10 if options.short else None] for language in ("zh", "en")}
    messages = [text for asked in questions.values() for text, _ in asked]
    times: dict[str, list[float]] = {side: [] for side in models}
    for turn in range(1 if options.short else 2):
        for side, model in models.items():
            say(f"nlu, round {turn + 1}, {side} …")
            parsed = sides.parse(side, model, messages, environment)
            times[side] += [one["seconds"] for one in parsed]
            if turn == 0 and not options.epochs and options.every == 1:  # else neither side is what it would be
                _scores(figures, "" if side == "ours" else "_default_rasa", questions, parsed)
    figures.ratio("parse_ratio", times["ours"], times["theirs"])


def _scores(figures: Figures, suffix: str, questions: dict[str, list], parsed: list[dict]) -> None:
    answers = iter([(one["issues"] or [one["intent"]])[0] for one in parsed])
    for language, asked in questions.items():
        found = score.figures([labels for _, labels in asked], [next(answers) for _ in asked])
        figures.put(f"nlu_{language}_lenient{suffix}", found["lenient"], "")
        if language == "zh":
            figures.put(f"nlu_zh_macro_f1{suffix}", found["macro_f1"], "")
            figures.put(f"nlu_zh_not_labour_recall{suffix}", found["not_labour_recall"], "")


def _chat(options, folder: Path, figures: Figures, model: Path) -> None:
    _set_up()
    assert model_cache.trained_model()
    rounds, workers, each = (1, 2, 1) if options.short else (3, 8, 3)
    starts: dict[str, list[float]] = {"ours": [], "theirs": []}
    throughput: dict[str, list[float]] = {"ours": [], "theirs": []}
    slow: dict[str, list[float]] = {"ours": [], "theirs": []}
    weight: dict[str, list[float]] = {"ours": [], "theirs": []}
    used: dict[str, list[float]] = {"ours": [], "theirs": []}
    both = {"ours": Ours("ours", folder), "theirs": Theirs("theirs", folder, model)}
    for turn in range(rounds):
        for name, house in both.items():
            say(f"chat, round {turn + 1}/{rounds}, {name} …")
            starts[name].append(house.start())
            try:
                chat.load(house, 2, 1)  # warm
                before = house.cpu()
                rate, times = chat.load(house, workers, each)
                used[name].append((house.cpu() - before) * 1000 / len(times))
                throughput[name].append(rate)
                slow[name].append(statistics.quantiles(times, n=20)[-1])
                weight[name].append(house.rss())
                if name == "ours" and turn == 0:
                    figures.put("long_chat_growth", chat.long_chat(house, 40 if options.short else 200), "ratio")
            finally:
                house.stop()
    figures.ratio("chat_throughput_ratio", throughput["ours"], throughput["theirs"])
    figures.ratio("chat_p95_ratio", slow["ours"], slow["theirs"])
    figures.put("chat_cpu_per_message", statistics.median(used["ours"]), "ms")
    figures.put("chat_cpu_per_message_default_rasa", statistics.median(used["theirs"]), "ms")
    figures.ratio("ready_ratio", starts["ours"], starts["theirs"])
    figures.ratio("rss_ratio", weight["ours"], weight["theirs"])


def _options():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="see that the bench works; the figures mean nothing")
    parser.add_argument("--only", nargs="+", choices=PARTS + LONG, default=PARTS)
    parser.add_argument("--every", type=int, default=1, help="train both sides on one example in so many, to end sooner")
    parser.add_argument("--epochs", type=int, help="train the baseline for so many of its 100 epochs: as fast and as large, only less wise")
    parser.add_argument("--rate", type=float, default=30, help="messages a second of `load`")
    parser.add_argument("--minutes", type=float, default=60, help="how long `load` goes on")
    parser.add_argument("--cases", type=int, help="matters in the large record of `pages`; default 1,000,000")
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
