"""The user guide and its pictures: those that scripts/screenshots makes, each there."""

import re
from pathlib import Path

import pytest

from lib import screenshots_job
from lib.screenshots import LANGUAGES

DOCS = Path(__file__).resolve().parents[1] / "docs"
GUIDES = {"en_US": "user-guide.md"}
PICTURE = re.compile(r"!\[[^\]]+\]\(images/(\w+)/(\w+)\.png\)")


def read(language):
    return (DOCS / GUIDES[language]).read_text()


@pytest.mark.parametrize("language", GUIDES)
def test_a_guide_has_all_pictures_of_its_language(language):
    pictures = PICTURE.findall(read(language))
    assert {of for of, _name in pictures} == {language}
    names = [name for _language, name in pictures]
    assert sorted(names) == sorted(screenshots_job.SHOTS)


def test_pictures_are_there_in_each_language():
    for language in LANGUAGES:
        there = {path.stem for path in (DOCS / "images" / language).iterdir()}
        assert there == set(screenshots_job.SHOTS), language
