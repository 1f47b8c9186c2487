"""The papers: what stands in the Word files is what the facts and the assessment say, and nothing else."""
import io
import re

import pytest
from docx import Document

from bot import law
from bot.documents import files, paper
from bot.documents.values import CLOSE, OPEN
from bot.guidance.facts import parse_facts
from bot.guidance.route_words import ARTICLE
from bot.law.check import faults
from tests.documents.told import CARPENTER, HURT, NOTE, QUITS, TODAY, everyone, told
from tests.guidance.random_facts import cases as random_cases

LAW = law.load()
IDS = set(LAW.rule("documents")["papers"])
CONTRACT = {"arbitration_application", "evidence_list", "injury_recognition_application", "inspection_complaint",
            "payment_order_application", "resignation_notice", "union_letter", "representative_authorisation"}
CLAIMED = {"unpaid_wages": "拖欠的工资", "double_wage": "双倍工资", "severance": "经济补偿 ", "unlawful_dismissal": "违法解除"}


def words(content: bytes) -> str:
    """Everything that a Word file says, top to bottom."""
    return "\n".join(text.text or "" for text in Document(io.BytesIO(content)).element.body.iter() if text.tag.endswith("}t"))


def lines(content: bytes) -> list[str]:
    document = Document(io.BytesIO(content))
    rows = ["｜".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text] + rows


def filled(document: str, facts: dict) -> list[str]:
    facts, _ = told(facts)
    return lines(files.fill(document, facts, LAW, TODAY))


def blanks(facts: dict, document: str) -> list[str]:
    """What is marked to be filled in or checked by hand."""
    found, _ = told(facts)
    said = "\n".join(line for block in paper.write(document, found, LAW, TODAY) for line in block.said())
    return re.findall(f"{OPEN}(.*?){CLOSE}", said)


def test_there_is_a_paper_for_every_id_of_the_contract():
    assert IDS == CONTRACT
    assert not [line for line in faults() if "documents" in line]


def test_the_arbitration_application_says_what_the_worker_told():
    said = filled("arbitration_application", CARPENTER)
    assert "支付拖欠的工资 61,800 元" in "".join(said)
    assert "2025年10月10日，申请人开始到被申请人处工作，地点在贵州省六盘水市盘州市，做建筑工，月工资6,000 元。" in said
    assert any("从2026年2月起没有足额支付工资，到现在一共欠61,800 元" in line for line in said)
    assert "申请人曾在2026年7月2日向对方提出要求。" in said
    assert "2026年11月2日，申请人向盘州市总工会反映，答复是：“不是会员，不管”。" in said
    assert any(line.startswith("名称｜贵州黔西建筑劳务公司") for line in said)


def test_every_sum_of_the_assessment_is_a_claim_with_its_articles():
    facts, result = told(CARPENTER)
    claims = [line for line in filled("arbitration_application", CARPENTER) if re.match(r"\d+\. ", line)]
    for amount in result["amounts"]:
        claim = next(line for line in claims if CLAIMED[amount["id"]] in line)
        shown = f"{amount['to']:,} 元"
        assert shown in claim
        assert ("请填写：一个数" in claim) == (amount["from"] != amount["to"])
        assert all(article["name"].removeprefix("最高人民法院关于审理")[:4] in claim or "最高法院" in claim for article in amount["law"]
                   if article["article"] != "27")


def test_name_identity_and_address_are_never_filled_in():
    for document in told(CARPENTER)[1]["documents"]:
        if document != "union_letter":
            assert any("身份证" in blank or "姓名" in blank for blank in blanks(CARPENTER, document)) or document == \
                "representative_authorisation"


def test_what_is_not_known_is_a_marked_blank():
    thin = {"as_of": "2026-11-22", "issues": ["wage_arrears"]}
    wanted = " ".join(blanks(thin, "arbitration_application"))
    for what in ("哪天开始干", "每月多少工资", "一共欠多少", "从哪个月开始欠", "干活的地方", "单位全名", "仲裁委全名"):
        assert what in wanted
    said = "".join(filled("arbitration_application", thin))
    assert "支付拖欠的工资 ________ 元（请填写：金额）" in said and not re.search(r"\d{4}年", said)


def test_blanks_stand_out_in_word():
    facts, _ = told(CARPENTER)
    document = Document(io.BytesIO(files.fill("arbitration_application", facts, LAW, TODAY)))
    paragraphs = [*document.paragraphs, *(one for table in document.tables for row in table.rows for cell in row.cells
                                          for one in cell.paragraphs)]
    runs = [run for paragraph in paragraphs for run in paragraph.runs]
    marked = [run.text for run in runs if run.style.name == "Blank"]
    assert "________（请填写：身份证号码）" in marked and len(marked) > 10
    assert not [run.text for run in runs if "请填写" in run.text and run.style.name != "Blank"]


def test_a_day_that_may_only_be_a_month_is_to_be_checked():
    said = "".join(filled("arbitration_application", {**CARPENTER, "started_on": "2025-10-01"}))
    assert "2025年10月1日（请核对：是不是这一天，记不清就只写到月）" in said


def test_the_list_of_evidence_names_what_the_assessment_wants_and_what_each_proves():
    _, result = told(CARPENTER)
    rows = [line for line in filled("evidence_list", CARPENTER) if re.match(r"\d+｜", line)]
    for item in result["evidence"]:
        if item["id"] not in paper.NOT_LISTED:
            assert any(f"｜{item['short']}｜{LAW.text(f'''documents.proves_{item['id']}''', 'zh')}" in row for row in rows), item["id"]


def test_the_injury_application_follows_the_kind_of_injury():
    said = "\n".join(filled("injury_recognition_application", HURT))
    assert "伤害类别｜上下班途中的交通事故" in said and "事故时间｜2026年5月12日" in said and "交警的事故认定书" in said
    assert "绵阳市人力资源和社会保障局（请核对" in said and "职业病" not in said.replace("职业病危害", "")
    disease = {**HURT, "injury": {"kind": "occupational_disease", "diagnosed_on": "2026-06-15"}}
    said = "\n".join(filled("injury_recognition_application", disease))
    assert "诊断时间｜2026年6月15日" in said and "交警" not in said and "事故地点" not in said


def test_after_a_death_the_family_applies():
    fatal = {**HURT, "injury": {"on": "2026-05-12", "kind": "accident", "fatal": True}}
    said = "\n".join(filled("injury_recognition_application", fatal))
    assert "与死亡职工的关系" in said and "死亡证明" in said


def test_the_payment_order_names_debt_and_note():
    said = "\n".join(filled("payment_order_application", NOTE))
    assert "12,500 元" in said and "2026年8月15日" in said and "民事诉讼法第二百二十五条" in said and "名称｜张某" in said


def test_the_notice_names_only_the_grounds_that_are_there():
    said = "\n".join(filled("resignation_notice", QUITS))
    assert "没有及时足额支付劳动报酬，到现在一共欠14,000 元" in said and "没有依法为本人缴纳社会保险费" in said
    assert "没有按照约定提供劳动保护" not in said and "劳动合同法第三十八条" in said and "苏州某电子厂：" in said


def test_the_letter_answers_the_excuse_with_the_law_of_the_assessment():
    _, result = told(CARPENTER)
    reply = next(row["reply"] for route in result["routes"] if route["level"] == "county" and route["body"] == "union"
                 for row in route["if_refused"] if row["reason"] == "not_member")
    said = "\n".join(filled("union_letter", CARPENTER))
    assert "盘州市总工会：" in said and "“不是会员，不管”" in said and reply in said


def test_the_authorisation_has_a_row_for_everyone():
    said = filled("representative_authorisation", CARPENTER)
    assert len([line for line in said if re.match(r"\d+｜", line)]) == 5 + 12
    assert "我们一共12人" in "".join(said) and "劳动争议调解仲裁法第七条" in "".join(said)


def test_a_paper_that_the_assessment_does_not_list_is_not_made():
    facts, result = told(HURT)
    for document in CONTRACT - set(result["documents"]):
        with pytest.raises(paper.NotOffered):
            files.fill(document, facts, LAW, TODAY)


@pytest.mark.parametrize("name, facts", everyone(), ids=lambda value: value if isinstance(value, str) else "")
def test_no_paper_of_a_lawyers_case_has_a_gap_that_is_not_marked(name, facts):
    facts, result = told(facts)
    for document in result["documents"]:
        hold(document, facts)


@pytest.mark.parametrize("seed", range(4))
def test_no_paper_of_random_facts_has_a_gap_that_is_not_marked(seed):
    for case in random_cases(60, seed):
        facts, result = told(case)
        for document in result["documents"]:
            hold(document, facts)


def hold(document, facts):
    """No field left open, nothing called None, blanks closed, and the explanation goes line by line."""
    blocks = paper.write(document, facts, LAW, facts.as_of)
    said = [line for block in blocks for line in block.said()]
    text = "\n".join(said)
    assert said and not re.search(r"\{\w*\}|\{%|None|null|nan\b|\[\w", text), text
    assert all(line.strip() for line in said)
    assert all(line.count(OPEN) == line.count(CLOSE) for line in said)
    meaning = paper.explain(document, facts, LAW, facts.as_of, "en")[-1].rows
    assert len(meaning) == len(said) + 1
    assert not re.search(r"\{\w*\}|None", "\n".join(right for _, right in meaning))


@pytest.mark.parametrize("facts", [CARPENTER, HURT, NOTE, QUITS], ids=["carpenter", "hurt", "debt note", "quits"])
def test_word_opens_every_file_and_finds_no_template_in_it(facts):
    found, result = told(facts, language="en")
    for name in files.names(result, "en"):
        if name != files.CALENDAR:
            text = words(files.make(name, found, result, LAW, TODAY, code="G-26-1", made_at=None).content)
            assert not re.search(r"\{\{|\}\}|\{%|%\}|None|[\ue000-\uf8ff]", text), name


def test_what_somebody_typed_is_never_read_as_a_template_or_breaks_the_file():
    nasty = "{{ 7 * 7 }}{% if %} <w:t>&\x07\ue000\ud83d {started_on} [劳动法 1]"
    said = "\n".join(filled("arbitration_application", {**CARPENTER, "employer": nasty}))
    assert "{{ 7 * 7 }}{% if %} <w:t>& {started_on} [劳动法 1]" in said and "49" not in said


def test_readers_of_english_get_the_meaning_of_each_line():
    facts, result = told(CARPENTER, language="en")
    assert "arbitration_application.sheet.docx" in files.names(result, "en") and "arbitration_application.sheet.docx" not in \
        files.names(result, "zh")
    said = "\n".join(lines(files.explanation("arbitration_application", facts, LAW, TODAY, "en")))
    assert "Do not hand it in" in said and "To pay the wages owed, 61,800 yuan" in said and "身份证件号码" in said
    assert "article 82 of the Labour Contract Law" in said


def test_both_languages_have_the_same_lines_conditions_fields_and_articles():
    zh, en = ({key: text.splitlines() for key, text in LAW.texts[language].items() if key.startswith("documents.")} for language in
              ("zh", "en"))
    for key in zh:
        assert len(zh[key]) == len(en[key]), key
        for left, right in zip(zh[key], en[key]):
            for pattern in (re.compile(r"^\?[^:]*:"), ARTICLE, re.compile(r"\{(\w+)\}")):
                assert sorted(pattern.findall(left)) == sorted(pattern.findall(right)), (key, left, right)


def plans_of_all() -> list[list[dict]]:
    rules = LAW.rule("documents")
    return [*rules["papers"].values(), *rules["desk_papers"].values()]


def test_every_field_of_a_paper_is_known_or_can_be_a_blank():
    blank = {key.split("blank_", 1)[1] for key in LAW.texts["zh"] if key.startswith("documents.blank_")}
    of_blocks = {plan[kind] for plans in plans_of_all() for plan in plans for kind in plan
                 if kind in ("fields", "text", "plain", "points", "sign")}
    used = {field for key in of_blocks for field in re.findall(r"\{(\w+)\}", LAW.texts["zh"][f"documents.{key}"])}
    counted = {"first_day", "last_day", "workers", "affected"}  # of several workers' matters (bot/documents/employer.py)
    assert used - blank - counted <= {"promised_on"}  # stands only where there is one


def test_every_proof_says_what_it_proves():
    for item in LAW.rule("evidence")["items"]:
        assert item["id"] in paper.NOT_LISTED or LAW.has_text(f"documents.proves_{item['id']}", "zh"), item["id"]


def test_the_facts_are_asked_for_in_the_language_of_the_paper_only():
    facts = parse_facts({**CARPENTER, "language": "en"})
    assert "申请人" in words(files.fill("arbitration_application", facts, LAW, TODAY))
