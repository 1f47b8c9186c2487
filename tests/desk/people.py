"""Workers and cases as the record holds them after a conversation, for the desk's tests."""
from datetime import date, timedelta

from bot import settings
from bot.cases import cases, messages, referrals, store, workers
from bot.cases.model import Case

ARBITRATION = [{"name": "劳动争议调解仲裁法", "article": "27"}]


def assessment(issues=("wage_arrears", "no_contract"), urgency="soon", days=39) -> dict:
    """An assessment in the contract's shape whose arbitration deadline is so many days from today."""
    last = settings.today() + timedelta(days=days)
    return {
        "case": None, "as_of": settings.today().isoformat(), "knowledge_version": "2026-11-20+0a1b2c3d4e5f", "issues": list(issues),
        "status": "assessed", "urgency": urgency, "urgency_reasons": [],
        "relationship": {"class": "unclear", "why": ["包工头没有用工资格，要看谁在管你、谁发钱。"], "evidence": ["微信里的派工记录"]},
        "deadlines": [
            {"id": "arbitration", "issue": issues[0], "starts_on": (last - timedelta(days=365)).isoformat(), "last_day": last.isoformat(),
             "act_by": last.isoformat(), "days_left": days, "status": "open" if days > 30 else "urgent", "law": ARBITRATION,
             "why": "从离开工地那天起算一年。", "needs": []},
            {"id": "double_wage", "issue": "no_contract", "starts_on": "2019-11-10", "last_day": "2021-10-09", "act_by": "2021-10-08",
             "days_left": -1000, "status": "passed", "law": [{"name": "劳动合同法", "article": "82"}],
             "why": "满一年之后再过一年就过了。", "needs": []},
            {"id": "inspection_complaint", "issue": "wage_arrears", "starts_on": None, "last_day": None, "act_by": None, "days_left": None,
             "status": "not_running", "law": [{"name": "劳动保障监察条例", "article": "20"}],
             "why": "欠薪还在继续，没有开始算。", "needs": []}],
        "routes": [
            {"order": 1, "body": "union", "level": "county", "adcode": "520281", "name": "盘州市总工会", "phones": ["0858-12351"],
             "why": "你干活的地方在盘州。", "say": "我在盘州工地干木工，两个包工头欠我六万多，请工会帮我要工资。",
             "if_refused": [{"reason": "not_member", "reply": "工会法没有这个条件：维护职工合法权益是工会的基本职责。",
                             "law": [{"name": "工会法", "article": "6"}]}]},
            {"order": 2, "body": "labour_inspection", "level": "county", "adcode": "520281", "name": "盘州市劳动监察大队",
             "phones": ["12333"], "why": "拖欠工资归劳动监察管。", "say": "我要投诉拖欠工资。", "if_refused": []}],
        "insurance": [{"id": "work_injury", "available": "depends", "who_pays": "单位", "monthly_cost": [0, 0], "why": "看有没有劳动关系。",
                       "law": []}],
        "evidence": [{"id": "chat", "text": "和包工头的聊天记录"}], "documents": ["arbitration_application", "evidence_list"],
        "amounts": [{"id": "double_wage", "from": 0, "to": 66000, "how": "11 个月的工资", "law": []}],
        "steps": ["今天先打盘州市总工会 0858-12351。", "同时找劳动监察 12333。"], "warnings": ["不要交出欠条原件。"],
        "questions": [], "card": "有办法。没签合同不是你的错，也不影响要工资。\n最晚 2026年12月31日 前申请仲裁。"}


def carpenter(*, consent=True, hotline=True, sender="browser-of-the-carpenter", channel="web", adcode="520281", people=1,
              occupation="construction", **assessed) -> str:
    """The Panzhou carpenter's case; its code. `consent`: he lets us keep what he says; `hotline`: and pass it on."""
    with store.session() as session:
        worker = workers.arrive(session, channel, sender, "zh")
        worker.consented_at = settings.now() if consent else None
        case = cases.open_case(session, worker)
        cases.state(session, case, {"issues": ["wage_arrears", "no_contract"], "place": "贵州盘州", "adcode": adcode,
                                    "occupation": occupation, "people": people, "written_contract": False, "amount_owed": 40800,
                                    "started_on": "2019-10-10", "ended_on": "2025-12-31"})
        cases.state(session, case, {"amount_owed": 61800})
        result = assessment(**assessed)
        cases.keep_assessment(session, case, result)
        referrals.tell(session, case, result["routes"])
        messages.log(session, worker, "worker", "我在盘州工地干木工一年多，没签合同，两个包工头欠我六万多，还有办法吗", case.id)
        messages.log(session, worker, "bot", "有办法。没签合同不是你的错，也不影响要工资。", case.id)
        if hotline:
            referrals.to_hotline(session, case)
        return case.code


def deflected_by_union(code: str, on: date | None = None) -> None:
    """The worker of a case called the county union and was told that he is not a member."""
    with store.session() as session:
        case = session.query(Case).filter_by(code=code).one()
        referrals.log_contact(session, case, body="union", level="county", adcode="520281", on=on or settings.today(), by="worker",
                              answer="deflected", reason="not_member", words="你不是会员，我们管不了")
