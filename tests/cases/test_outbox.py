"""What waits to be sent: in order for each worker, and nobody's answer behind what others did not ask for."""
from bot.cases import messages, outbox, workers


def arrive(session, number: int):
    return workers.arrive(session, "telegram", str(7_000 + number), "zh")


def found(session, most: int = 9, busy=()) -> list[str]:
    session.flush()
    return [outbox.read(session, row_id).key for row_id, _ in outbox.waiting(session, "telegram", busy, most)]


def test_an_answer_goes_out_before_reminders_that_waited_longer(session):
    for number in range(5):
        messages.send(session, arrive(session, number), f"reminder:{number}", "还有七天", priority=messages.UNASKED)
    messages.send(session, arrive(session, 5), "telegram:1:0", "好的")
    assert found(session, most=3) == ["telegram:1:0", "reminder:0", "reminder:1"]


def test_a_workers_own_messages_stay_in_order(session):
    patient, other = arrive(session, 0), arrive(session, 1)
    messages.send(session, other, "reminder:1", "还有七天", priority=messages.UNASKED)
    messages.send(session, patient, "reminder:0", "还有三天", priority=messages.UNASKED)
    messages.send(session, patient, "telegram:1:0", "好的")
    assert found(session) == ["reminder:0", "reminder:1"]  # the answer comes next, and for its sake the reminder before it goes first
    assert found(session, busy=[patient.id]) == ["reminder:1"]
    for row_id, _ in outbox.waiting(session, "telegram", (), 1):
        outbox.sent(session, row_id, "1")
    assert found(session) == ["telegram:1:0", "reminder:1"]


def test_what_waits_for_a_way_out_that_is_gone_holds_nothing_back(session):
    worker = arrive(session, 0)
    worker.channel = "rest"  # where nothing is ever fetched
    messages.send(session, worker, "rest:1:0", "一")
    worker.channel = "telegram"
    messages.send(session, worker, "telegram:1:0", "二")
    assert found(session) == ["telegram:1:0"]


def test_a_message_that_must_wait_holds_back_its_worker_alone(session):
    held, other = arrive(session, 0), arrive(session, 1)
    messages.send(session, held, "telegram:1:0", "一")
    messages.send(session, held, "telegram:2:0", "二")
    messages.send(session, other, "reminder:1", "还有七天", priority=messages.UNASKED)
    session.flush()
    outbox.retry(session, outbox.waiting(session, "telegram", (), 1)[0][0], 60)
    assert found(session) == ["reminder:1"]
