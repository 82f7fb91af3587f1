"""What commands refuse, in Russian and Kazakh: the same problems, and no English left."""

import shlex

import pytest

from derbes.language import use_language
from tests.casefile.writing import LEDGER, PLANNED, SMALL
from tests.in_translation import TRANSLATED, faults

CALM = SMALL[: SMALL.index("measures:\n")] + SMALL[SMALL.index("variants:\n") :]
FILES = {
    "small.yaml": SMALL,
    "planned.yaml": PLANNED,
    "ledger.yaml": LEDGER,
    "quarters.yaml": SMALL.replace("periods: 36", "periods: 12, step: quarter"),
    "years.yaml": SMALL.replace("periods: 36", "periods: 3, step: year"),
    "calm.yaml": CALM,
    "broken.yaml": "a: [\n",
    "empty.yaml": "",
    "book.xlsx": "PK\x03\x04 x",
    "table.csv": "a,b\n1,2\n",
}
REFUSED = """\
cover
cover nowhere.yaml
cover broken.yaml
cover empty.yaml
cover small.yaml --mesure embargo
cover small.yaml small.yaml
cover small.yaml --measure embarg
cover small.yaml --variant lat
cover small.yaml --start 2036-01
cover small.yaml --start soon
cover small.yaml --length 500
cover small.yaml --length x
cover small.yaml --workers 0
cover small.yaml --workers x
cover small.yaml --every week
cover small.yaml --out folder
cover small.yaml --out x.doc
cover small.yaml --out x.xls
cover small.yaml --out x.zip
cover small.yaml --out x.odd
cover small.yaml --out small.yaml
cover small.yaml --sheet nothing
cover quarters.yaml --start 2026-02
cover quarters.yaml --length 5
cover years.yaml --start 2026-02
leverage calm.yaml
leverage small.yaml --report small.yaml
plan small.yaml
plan planned.yaml --budget lots
plan planned.yaml --budget '1 USD'
plan planned.yaml --budget '-1 USD'
plan planned.yaml --standard calmm
plan planned.yaml --draws -1
plan planned.yaml --gap 3
plan planned.yaml --gap x
plan planned.yaml --gap 0 --time-limit 3
plan planned.yaml --time-limit -4
plan planned.yaml --resume nowhere
plan planned.yaml --resume small.yaml
statements small.yaml
statements ledger.yaml --verdict maybe
statements ledger.yaml --as-of someday
statements ledger.yaml --query what
statements ledger.yaml --export claimreview --url here
stress small.yaml --draws 0
stress planned.yaml --question nope
stress planned.yaml --resume
stress planned.yaml --store small.yaml
stress small.yaml --question hazards
brief small.yaml --out folder
brief small.yaml --out x.doc
brief small.yaml --draws -3
show small.yaml goods.alun
show small.yaml nothing
excel nowhere.yaml
excel small.yaml --out x.csv
excel
import-excel book.xlsx
import-excel book.xlsx --case small.yaml
import-excel nowhere.xlsx --case small.yaml
import-excel small.yaml --case small.yaml
import nowhere.csv
import table.csv
import table.csv --case small.yaml
import table.csv --case nowhere.yaml
import table.csv --map 'year=a'
screen
screen --importer Kazakstan
screen --importer KAZ --product 99999999
screen --importer KAZ --sender XXX
screen --importer KAZ --dataset nope
screen --importer KAZ --years 0
upstream --importer KAZ --sender Rusia
upstream --importer KAZ --sender KAZ
upstream --importer KAZ --sender RUS --tiers 0
upstream --importer KAZ --sender RUS --sigma abc
draft --importer KAZ --product 27 --sender RUS
draft --importer KAZ --product 271121 --sender KAZ
draft --importer KAZ --product 271121 --sender RUS --out small.yaml
explain sotck
explain zzz
new
new x.yaml --buyer KAZ
chart small.yaml nochart
chart small.yaml cover --out x.doc
demo nothing
demo --out small.yaml
completion tcsh
nosuchverb
"""
VALUES = (
    "bash zsh fish Word SVG month quarter year COLUMN HEADING OPTIONS COMMAND ARGS CASE BOOK"
    " known expired fails holds likely not due open unlikely untestable void decides ended fans"
    " hazards leverage survive tipping baci selection icio KAZ EU EAEU reporterCode partnerCode"
    " cmdCode flowCode refYear primaryValue exporter importer product value weight BACI Comtrade"
    " a b t i j k v q x"
    " losses chart docs how to statement md https example org brief html Kazakhstan such as"
)
"""Values of options, names of data, and of their columns; addresses."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERBES_STORE", str(tmp_path / "store"))
    return tmp_path


def test_what_is_refused(run, folder):
    wrong = []
    for line in REFUSED.splitlines():
        answers = {code: run(*shlex.split(line), "--lang", code) for code in ("en", *TRANSLATED)}
        assert {one.code for one in answers.values()} == {2}, line
        told = {code: one.err for code, one in answers.items()}
        given = f"{line} {folder} {SMALL} {PLANNED} {LEDGER} {VALUES}"
        wrong += [f"{line}: {fault}" for fault in faults(told, given)]
    assert not wrong, "\n".join(wrong)


WHOLE = {
    ("ru", "cover small.yaml --measure embarg"): """\
small.yaml: 1 ошибка
  - measure: «embarg» — не мера этого расчёта
    как исправить: может быть, "embargo"?
""",
    ("kk", "cover small.yaml --measure embarg"): """\
small.yaml: 1 қате
  - measure: «embarg» — бұл есептің шарасы емес
    түзету: мүмкін, "embargo"?
""",
    ("ru", "cover quarters.yaml --start 2026-02"): """\
quarters.yaml: 1 ошибка
  - start: с 2026-02 не начинается квартал этого расчёта
    как исправить: выберите 2026-01
""",
    ("kk", "cover quarters.yaml --start 2026-02"): """\
quarters.yaml: 1 қате
  - start: 2026-02 айынан бұл есептің тоқсаны басталмайды
    түзету: 2026-01 таңдаңыз
""",
    ("ru", "brief small.yaml --out folder"): """\
small.yaml: 1 ошибка
  - out: не удалось записать «folder»: это папка
    как исправить: укажите другое место в --out или освободите место и проверьте права доступа
""",
    ("kk", "brief small.yaml --out folder"): """\
small.yaml: 1 қате
  - out: «folder» жазылмады: бұл қалта
    түзету: --out арқылы басқа орын көрсетіңіз немесе орын босатып, қолжетім құқығын тексеріңіз
""",
    ("ru", "cover small.yaml --length x"): """\
Использование: derbes cover [OPTIONS] CASE
Справка: 'derbes cover --help'.

Ошибка: Недопустимое значение для '--length': 'x' не подходит; нужно: целое число.
""",
    ("kk", "cover small.yaml --length x"): """\
Қолданылуы: derbes cover [OPTIONS] CASE
Анықтама: 'derbes cover --help'.

Қате: '--length' үшін жарамсыз мән: 'x' жарамсыз; керегі: бүтін сан.
""",
}


@pytest.mark.parametrize(("code", "line"), list(WHOLE))
def test_whole_messages(run, folder, code, line):
    answer = run(*line.split(), "--lang", code)
    assert (answer.code, answer.out, answer.err) == (2, "", WHOLE[code, line])


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_answer_of_json_is_in_the_language_too(run, folder, code):
    use_language("en")
    answer = run("cover", "small.yaml", "--measure", "embarg", "--json", "--lang", code)
    assert answer.code == 2
    assert WHOLE[code, "cover small.yaml --measure embarg"].split(": ")[2].split("\n")[0] in (
        answer.out
    )
