"""Whole conversations against a side, several workers at once."""
import itertools
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from bench.houses import House

TRIAGE = [
    "你好", "我在贵州盘州工地做木工，没签合同，两个包工头欠我61800块，2025年3月1号开始干的", "/affirm", "/affirm", "2026年6月30号停的工",
    "为什么要问这个", "包工头招的", "不知道", "/ask_deadlines", "打了盘州总工会，说我不是会员，不管", '/hand_over{"yes": true}',
    "/ask_how", "要带什么证据", "谢谢",
]
IN_LINE = ["/ask_deadlines", "我在盘州", "为什么问这个", "谢谢", "/ask_how"]
_senders = itertools.count(1)


def conversation(house: House) -> list[float]:
    """One worker's whole triage; seconds of each message."""
    sender, times = f"bench-{house.name}-{next(_senders)}", []
    with httpx.Client(timeout=120, trust_env=False) as client:
        for message in TRIAGE:
            began = time.perf_counter()
            house.ask(sender, message, client)
            times.append(time.perf_counter() - began)
    return times


def load(house: House, workers: int, each: int) -> tuple[float, list[float]]:
    """Messages a second, and the seconds of each, with so many workers at once holding so many conversations each."""
    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        times = [time for run in pool.map(lambda _: conversation(house), range(workers * each)) for time in run]
    return len(times) / (time.perf_counter() - began), times


def long_chat(house: House, messages: int) -> float:
    """How much slower the last fifth of one long conversation is than the first: the ratio of their medians."""
    sender, times = f"long-{next(_senders)}", []
    for message in TRIAGE[:4]:
        house.ask(sender, message)
    for number in range(messages):
        began = time.perf_counter()
        house.ask(sender, IN_LINE[number % len(IN_LINE)])
        times.append(time.perf_counter() - began)
    fifth = messages // 5
    return statistics.median(times[-fifth:]) / statistics.median(times[:fifth])
