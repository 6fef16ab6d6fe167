"""The user guide in both languages: alike, with the pictures that scripts/screenshots
makes, and with the words that stand on the screen."""

import re
from pathlib import Path

import polib
import pytest

from lib import screenshots_job
from lib.screenshots import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
GUIDES = {"en_US": "user-guide.md", "zh_CN": "user-guide.zh_CN.md"}
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
PICTURE = re.compile(r"!\[[^\]]+\]\(images/(\w+)/(\w+)\.png\)")
CODE = re.compile(r"`[^`]*`")
MARKED = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")
# Whose screens the guide names besides ours.
ODOO = ("web", "base", "base_import", "sale", "stock", "account", "mail")


def read(language):
    return (DOCS / GUIDES[language]).read_text()


def pictures(language):
    return PICTURE.findall(read(language))


def labels(language):
    """What is marked in the guide of that language: each step of a menu path."""
    text = CODE.sub("", read(language))
    for match in MARKED.finditer(text):
        marked = " ".join((match[1] or match[2]).split())
        yield from re.split("、|, ", marked.rstrip("."))


@pytest.fixture(scope="module")
def words(environment):
    """{language: what may stand on the screen in it}."""
    files = list((ROOT / "addons").glob("*/i18n/zh_CN.po"))
    addons = environment.odoo / "odoo" / "addons"
    for name in ODOO:
        [file] = addons.glob(f"{name}/i18n/zh_CN.po")
        files.append(file)
    entries = [entry for file in files for entry in polib.pofile(file)]
    return {
        "en_US": {entry.msgid for entry in entries},
        "zh_CN": {entry.msgstr for entry in entries},
    }


def test_both_guides_have_the_same_chapters():
    levels = {language: HEADING.findall(read(language)) for language in GUIDES}
    assert levels["en_US"] == levels["zh_CN"]


def test_both_guides_show_the_same_pictures_each_in_its_language():
    for language in GUIDES:
        assert {of for of, _name in pictures(language)} == {language}
    names = {
        language: [name for _of, name in pictures(language)] for language in GUIDES
    }
    assert names["en_US"] == names["zh_CN"]


def test_the_guides_show_each_picture_that_the_script_makes_once():
    names = [name for _of, name in pictures("en_US")]
    assert sorted(names) == sorted(screenshots_job.SHOTS)


def test_each_picture_is_there_in_each_language():
    for language in LANGUAGES:
        there = {path.stem for path in (DOCS / "images" / language).iterdir()}
        assert there == set(screenshots_job.SHOTS), language


@pytest.mark.parametrize("language", GUIDES)
def test_what_the_guide_names_stands_on_the_screen(language, words):
    unknown = sorted(set(labels(language)) - words[language])
    assert not unknown
