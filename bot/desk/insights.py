"""What the log adds up to: figures with a chart, a table and the rows behind each, the stories first, small counts hidden."""
from collections import Counter
from dataclasses import dataclass, field, replace

from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.cases import log_counts, log_figures, log_rows, review, rights, small_counts
from bot.cases.log_case import EARLY, ENDED, NEXT, RESULTS, WHEN
from bot.cases.log_figures import NONE, Choice
from bot.cases.log_rows import STAGES, WAITS, Filters
from bot.desk import charts, log_query
from bot.desk.log import ROUNDS
from bot.desk.outlines import outlines
from bot.desk.texts import Texts
from bot.desk.web import Visit
from bot.guidance.facts import BODIES, EIGHT_GROUPS, ISSUES, LEVELS, OCCUPATIONS
from bot.law import places

GROUP = ("cases", "aware_yes", "aware_no", "involved_yes", "resolved")  # what is shown of each group


@dataclass(frozen=True)
class Cell:
    text: str
    href: str | None = None


@dataclass(frozen=True)
class Block:
    """One figure: its chart and its table, never one without the other where there is a chart."""

    name: str
    title: str
    note: str
    head: list[str]
    rows: list[list[Cell]]
    chart: Markup | None = None
    legend: list[tuple[Markup, str]] = field(default_factory=list)


class Figures:
    """The figures of a choice, in one language, with links to the rows behind them (`linked`; a published report has none)."""

    def __init__(self, session: Session, t: Texts, choice: Choice, widest: Choice = Choice(), linked: bool = True):
        self.session, self.t, self.choice, self.widest, self.linked = session, t, choice, widest, linked
        self.fields = log_query.fields_of(choice, widest)
        self.total = log_figures.totals(session, choice)

    def rows(self, n: int | str, **more: str) -> Cell:
        """A number that leads to its rows."""
        return Cell(str(n), log_query.address("/deflections", self.fields | more) if self.linked else None)

    def share(self, part: int, whole: int) -> str:
        return f"{part / whole:.0%}" if whole else "–"

    def hidden(self) -> Cell:
        return Cell(self.t("insights.hidden"))

    def key(self) -> Block:
        """Who knew, who acted, what was resolved."""
        t, n = self.t, self.total
        unknown = {name: n["cases"] - n[f"{name}_yes"] - n[f"{name}_no"] for name in ("aware", "involved")}
        lines = [("aware", [n["aware_yes"], n["aware_no"], unknown["aware"]]), ("involved", [n["involved_yes"], n["involved_no"],
                                                                                          unknown["involved"]])]
        legend = [(t("three.yes"), charts.BRAND), (t("three.no"), charts.RED), (t("three.unknown"), charts.GREY)]
        chart = charts.stacked(t("insights.key"), legend, [(t(f"insights.{name}"), values, self.share(values[0], n["cases"]))
                                                           for name, values in lines])
        shown = [("cases", n["cases"], {}, None), ("aware_no", n["aware_no"], {"knew": "no"}, "cases"),
                 ("aware_yes", n["aware_yes"], {"knew": "yes"}, "cases"), ("aware_unknown", unknown["aware"], {"knew": "unknown"}, "cases"),
                 ("involved_no", n["involved_no"], {"acted": "no"}, "cases"),
                 ("involved_yes", n["involved_yes"], {"acted": "yes"}, "cases"),
                 ("involved_unknown", unknown["involved"], {"acted": "unknown"}, "cases"),
                 ("knew_acted", n["knew_acted"], {"knew": "yes", "acted": "yes"}, "aware_yes"),
                 ("knew_idle", n["knew_idle"], {"flag": "idle"}, "aware_yes"), ("resolved", n["resolved"], {"solved": "yes"}, "cases"),
                 ("away", n["away"], {"flag": "away"}, "cases"), ("quick", n["quick"], {"flag": "quick"}, "cases")]
        rows = [[Cell(t(f"insights.{name}")), self.rows(value, **more), Cell(self.share(value, n[of]) if of else "")]
                for name, value, more, of in shown]
        return Block("key", t("insights.key"), t("insights.key_note"), [t("insights.what"), t("insights.cases"), t("insights.share")], rows,
                     chart)

    def reasons(self, by: str) -> Block:
        """Why people were turned away, by body or by level: contacts with a reason."""
        t, known = self.t, BODIES if by == "body" else LEVELS
        counts: Counter = Counter()
        for door, n in log_figures.tally(self.session, self.choice, "door").items():
            body, level, _, reason = door.split("|")
            if reason:
                counts[reason, (body if by == "body" else level) or NONE] += n
        columns = [one for one in (*known, NONE) if any(column == one for _, column in counts)]
        lines = sorted({reason for reason, _ in counts}, key=lambda reason: -sum(n for (row, _), n in counts.items() if row == reason))
        of_rows, of_columns = Counter(), Counter()
        for (reason, column), n in counts.items():
            of_rows[reason] += n
            of_columns[column] += n
        closed, closed_columns = small_counts.hidden(of_rows), small_counts.hidden(of_columns)
        secret = small_counts.hidden_in_table({(row, column): counts[row, column] for row in lines for column in columns})

        def cell(reason: str, column: str) -> Cell:
            if (reason, column) in secret or counts[reason, column] and (reason in closed or column in closed_columns):
                return self.hidden()
            return self.rows(counts[reason, column], reason=reason, **{by: column}) if counts[reason, column] else Cell("0")

        rows = [[Cell(t.label("reason", reason)), self.hidden() if reason in closed else self.rows(of_rows[reason], reason=reason),
                 *[cell(reason, column) for column in columns]] for reason in lines]
        named = [t("insights.not_stated") if column == NONE else t.label(by, column) for column in columns]
        chart = charts.bars(t(f"insights.reasons_{by}"), [(t.label("reason", reason), None if reason in closed else of_rows[reason],
                                                           t("insights.hidden") if reason in closed else str(of_rows[reason]))
                                                          for reason in lines]) if by == "body" and lines else None
        return Block(f"reasons-{by}", t(f"insights.reasons_{by}"), t("insights.reasons_note"),
                     [t("deflections.reason"), t("insights.all"), *named], rows, chart)

    def waits(self) -> Block:
        """How many days the first answer took."""
        t, counts = self.t, {int(day): n for day, n in log_figures.tally(self.session, self.choice, "wait").items()}
        whole = sum(counts.values())
        held = {name: sum(n for day, n in counts.items() if first <= day and (last is None or day <= last))
                for name, (first, last) in WAITS.items()}
        secret = small_counts.hidden(held)
        rows = [[Cell(t.label("log_wait", name)), self.hidden() if name in secret else self.rows(n, wait=name),
                 Cell("" if name in secret else self.share(n, whole))] for name, n in held.items()]
        note = t("insights.waits_none")
        if whole >= small_counts.K:
            quick = self.share(self.total["quick"], self.total["cases"])
            note = t("insights.waits_note", median=f"{quantile(counts, .5):g}", p90=f"{quantile(counts, .9):g}", quick=quick)
        points = [(t.label("log_wait", name), None if name in secret else n) for name, n in held.items()]
        chart = charts.columns(t("insights.waits"), points)
        return Block("waits", t("insights.waits"), note, [t("insights.days"), t("insights.cases"), t("insights.share")], rows, chart)

    def courses(self, kind: str) -> Block:
        """What followed the first refusal, or how soon a body acted, and what came of it."""
        t, counts = self.t, log_figures.tally(self.session, self.choice, kind)
        lines, ends = (NEXT, RESULTS) if kind == "after" else (WHEN, ENDED)
        group, end = ("log_next", "log_result") if kind == "after" else ("log_when", "log_ended")
        table = {(line, one): counts.get(f"{line}|{one}", 0) for line in lines for one in ends}
        sums = {line: sum(table[line, one] for one in ends) for line in lines}
        closed, secret = small_counts.hidden(sums), small_counts.hidden_in_table(table)
        rows = [[Cell(t.label(group, line)), self.hidden() if line in closed else self.rows(sums[line], **{kind: line}),
                 *[self.hidden() if (line, one) in secret or table[line, one] and line in closed else
                   self.rows(table[line, one], **{kind: f"{line}|{one}"}) if table[line, one] else Cell("0") for one in ends]]
                for line in lines]
        chart = charts.bars(t(f"insights.{kind}"), [(t.label(group, line), None if line in closed else sums[line],
                                                     t("insights.hidden") if line in closed else str(sums[line])) for line in lines])
        return Block(kind, t(f"insights.{kind}"), t(f"insights.{kind}_note", days=EARLY),
                     [t("insights.what"), t("insights.all"), *[t.label(end, one) for one in ends]], rows, chart)

    def groups(self, dim: str) -> Block:
        """Cases by trade (the eight groups first), issue or platform, and who knew, acted and got it resolved in each."""
        t = self.t
        found = log_figures.by(self.session, self.choice, dim, GROUP)
        order = {"occupation": OCCUPATIONS, "issue": ISSUES}.get(dim) or sorted(set(found) - {""}, key=lambda one: -found[one]["cases"])
        names = [one for one in order if found.get(one, {}).get("cases") or dim == "occupation" and one in EIGHT_GROUPS]
        names += [""] if found.get("", {}).get("cases") else []
        return self._table(dim, {name: found.get(name) or dict.fromkeys(GROUP, 0) for name in names}, dim,
                           lambda name: t.label(dim, name) if name else t("insights.not_stated"), lambda name: name or NONE)

    def map(self) -> Block:
        """Cases by province, or by prefecture of the province that was chosen."""
        t, place = self.t, self.choice.places[0] if self.choice.places and len(self.choice.places) == 1 else None
        inside = place[:2] if place and place != NONE else None
        dim = "prefecture" if inside else "province"
        found = {name: row for name, row in log_figures.by(self.session, self.choice, dim, GROUP).items() if row["cases"]}
        found = dict(sorted(found.items(), key=lambda item: -item[1]["cases"]))
        secret = small_counts.hidden({name: row["cases"] for name, row in found.items()})
        values = {name: None if name in secret else row["cases"] for name, row in found.items()}
        titles = {name: f"{self.place(name)}: {t('insights.hidden') if value is None else value}" for name, value in values.items()}
        picture = charts.map_of(t("insights.map"), outlines(dim, inside or ""), values, titles,
                                inset=None if inside else outlines("province", inset=True))
        block = self._table("map", found, "place", self.place, lambda name: self.place_field(name, dim))
        legend = [(charts.swatch(colour), f"{first}–{last}" if first != last else str(first))
                  for colour, first, last in charts.legend_of(values)]
        return replace(block, title=t("insights.map"), note=t("insights.map_note"), chart=picture, legend=legend)

    def place(self, name: str) -> str:
        if not name:
            return self.t("insights.not_stated")
        code = (name + "0000")[:6]
        return self.t.place(code)

    def place_field(self, name: str, dim: str) -> str:
        whole = f"{name}0000" in places.MUNICIPALITIES
        return NONE if not name else f"{name}0000" if dim == "prefecture" and len(name) == 2 and not whole else name

    def trend(self) -> Block:
        """Cases by month, months with few cases taken together."""
        t = self.t
        months = log_figures.by_month(self.session, self.choice, GROUP)
        found: dict[str, dict] = {}
        spans = [(first, last) for first, last in log_figures.spans(self.session, self.choice)
                 if (not self.choice.since or last >= self.choice.since) and (not self.choice.until or first <= self.choice.until)]
        for first, last in spans:
            held = [row for month, row in months.items() if first <= month <= last]
            found[f"{first}-{last}"] = {name: sum(row[name] for row in held) for name in GROUP}
        if months.get(0, {}).get("cases"):
            found["0-0"] = months[0]
        block = self._table("trend", found, None, self.span, lambda name: name, chart=False)
        closed = small_counts.hidden({name: row["cases"] for name, row in found.items()})
        points = [(self.span(name, short=True), None if name in closed else row["cases"]) for name, row in found.items() if name != "0-0"]
        return replace(block, title=t("insights.trend"), chart=charts.columns(t("insights.trend"), points) if points else None)

    def span(self, name: str, short: bool = False) -> str:
        first, last = (int(month) for month in name.split("-"))
        if not first:
            return self.t("insights.not_stated")
        said = [f"{month // 100}-{month % 100:02d}" for month in ((first,) if short or first == last else (first, last))]
        return " – ".join(said)

    def funnel(self) -> Block:
        """The way of our own workers, from the first message to the outcome."""
        t, n = self.t, self.total
        values = {stage: n[stage] if n[stage] == 0 or n[stage] >= small_counts.K else None for stage in STAGES}
        rows = [[Cell(t.label("log_stage", stage)), self.hidden() if value is None else self.rows(value, stage=stage)
                 if stage in ("asked", "heard", "passed", "solved") and value else Cell(str(value)),
                 Cell("" if value is None else self.share(value, n["wrote"]))] for stage, value in values.items()]
        chart = charts.bars(t("insights.funnel"), [(t.label("log_stage", stage), value, t("insights.hidden") if value is None else
                                                    f"{value} ({self.share(value, n['wrote'])})") for stage, value in values.items()])
        return Block("funnel", t("insights.funnel"), t("insights.funnel_note"),
                     [t("insights.what"), t("insights.people"), t("insights.share")], rows, chart)

    def all(self) -> list[Block]:
        return [self.key(), self.reasons("body"), self.reasons("level"), self.waits(), self.courses("after"), self.courses("early"),
                self.groups("occupation"), self.map(), self.trend(), self.funnel(), self.groups("issue"), self.groups("platform")]

    def _table(self, name: str, found: dict[str, dict], parameter: str | None, label, value_of, chart: bool = True) -> Block:
        """A table of groups with the shares that matter; a group that is hidden shows none of them."""
        t, secret, rows = self.t, small_counts.hidden({one: row["cases"] for one, row in found.items()}), []
        for one, row in found.items():
            if one in secret:
                rows.append([Cell(label(one)), *[self.hidden()] * 4])
                continue
            if parameter:
                more = {parameter: value_of(one)}
            else:
                first, last = one.split("-")
                more = {"from": f"{first[:4]}-{first[4:]}", "to": f"{last[:4]}-{last[4:]}"}
            number = self.rows(row["cases"], **more) if row["cases"] and one != "0-0" else Cell(str(row["cases"]))
            rows.append([Cell(label(one)), number, *[Cell(self.share(row[part], row["cases"])) for part in
                                                     ("aware_yes", "involved_yes", "resolved")]])
        head = [t(f"insights.by_{name}"), t("insights.cases"), t("insights.aware_yes"), t("insights.involved_yes"), t("insights.resolved")]
        drawn = charts.bars(t(f"insights.{name}"), [(label(one), None if one in secret else row["cases"],
                                                     t("insights.hidden") if one in secret else str(row["cases"]))
                                                    for one, row in found.items()]) if chart and found else None
        return Block(name, t(f"insights.{name}"), t(f"insights.{name}_note"), head, rows, drawn)


def quantile(counts: dict[int, int], part: float) -> float:
    """The quantile of values that occur so often, as deflection_report's is of the values one by one."""
    last = sum(counts.values()) - 1
    at = last * part
    low, high = (next(value for value, end in _ends(counts) if end > place) for place in (int(at), min(int(at) + 1, last)))
    return round(low + (high - low) * (at - int(at)), 6)


def _ends(counts: dict[int, int]):
    """Each value, and how many there are up to it."""
    end = 0
    for value in sorted(counts):
        end += counts[value]
        yield value, end


def insights_page(visit: Visit, session: Session) -> Response:
    """The figures of the cases that the address asks for (the fields of a Choice)."""
    left = log_counts.refresh(ROUNDS)
    widest, wanted = log_query.all_of(visit, session), log_query.choice(visit, session)
    choice = log_figures.within(log_figures.spans(session, wanted), wanted)
    figures = Figures(session, visit.t, choice, widest)
    shown = log_figures.shown(session, choice, widest)
    chosen = log_query.fields_of(choice, widest)
    months = sorted({month for span in log_figures.spans(session, replace(choice, since=None, until=None)) for month in span})
    return visit.render(
        "insights.html", blocks=figures.all() if shown and figures.total["cases"] else [], shown=shown, left=left, chosen=chosen,
        cases=figures.total["cases"], k=small_counts.K, address=log_query.address, released=review.released,
        stories=log_rows.stories(session, Filters(choice), rights.deflections(session, visit.staff)),
        months=[f"{month // 100}-{month % 100:02d}" for month in months], moved=wanted != choice,
        occupations=OCCUPATIONS, issues=ISSUES, not_stated=NONE, platforms=_platforms(session, widest),
        regions=[visit.t.place((place + "0000")[:6]) for place in widest.places or ()], prefectures=_prefectures(chosen.get("place")),
        provinces=[code[:2] for code, place in places.table().items() if place.level == "province"])


def _prefectures(place: str | None) -> list[str]:
    """The prefectures, and counties without one, of the province that a place lies in."""
    below = places.children(place[:2] + "0000") if place and place != NONE else []
    return [one.adcode[:4] if one.level == "prefecture" else one.adcode for one in below]


def _platforms(session: Session, widest: Choice) -> list[str]:
    """Platforms with enough cases to be named."""
    found = log_figures.by(session, widest, "platform")
    return sorted(name for name, row in found.items() if name and row["cases"] >= small_counts.K)
