"""Whether a text of the web client was left in English for people who read Chinese."""

import re
from pathlib import Path

import polib

ADDONS = Path(__file__).resolve().parents[1] / "addons"
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
# Numbers of documents, addresses, codes: words in capital letters are such everywhere.
CODE = re.compile(
    r"https?://\S+|\S+@\S+|\b[A-Za-z]*\d[\w./-]*|\b[A-Z][A-Z0-9]*(?:[/_-]\w+)*\b"
    r"|\$\w+|&\w+;|%\w+"
)
# Written in Latin letters in Chinese too.
WORDS = {
    *("Odoo", "OdooBot", "Excel", "kg", "cm", "mm", "pdf", "xlsx", "csv", "Walk"),
    *("ISO", "Ctrl", "Alt", "Shift", "Enter", "Esc", "logo", "vs"),
}
# What Odoo itself leaves in English, where a user of ours meets it.
SPARED = re.compile(
    # Its Chinese has them for its own models only, by their names.
    r"Overdue|Today|Planned|Alert|Error"
    r"|Ratings|Happy|Neutral|Unhappy|Not Rated yet"
    # Put together in its scripts, of words that are translated elsewhere.
    r"|\S+ View|Week \d+|\d+ (Today|Overdue|Planned)|Back to .*"
    r"|(完成 \+ )?Overdue \+ Today \+ Planned"
    # Views that Odoo makes up where there are none, for the search or a phone.
    r"|Onboarding Step|Return Inspection"
    # Files keep their names, and one of Odoo's widgets says this before them.
    r"|(Download )?.*\.(pdf|png|txt|xlsx)"
    # Examples of what people may write.
    r"|Font Awesome图标，例如：fa-tasks|.*Fall_Drive.*",
)


class Untranslated:
    """Finds texts that should be Chinese and are not."""

    def __init__(self, world):
        self._seen = {}
        self._terms = {}
        for path in ADDONS.glob("*/i18n/zh_CN.po"):
            for entry in polib.pofile(str(path)):
                if entry.msgstr and entry.msgstr != entry.msgid and _plain(entry.msgid):
                    self._terms[_plain(entry.msgid)] = entry.msgstr
        names = sorted(world.names, key=len, reverse=True)
        # Chinese stands beside a name without a space between them.
        known = "|".join(map(re.escape, names))
        self._names = re.compile(rf"(?<![A-Za-z0-9])(?:{known})(?![A-Za-z0-9])")

    def find(self, text, ours):
        """What is wrong with the text, or None; the same is told once.

        ours: whether all of it must be Chinese, or only what our terms say.
        """
        text = _plain(text)
        key = text, bool(ours)
        if key in self._seen or (text, True) in self._seen:
            return None
        self._seen[key] = True
        if not text or SPARED.fullmatch(text):
            return None
        if text in self._terms:
            return f"“{text}” is “{self._terms[text]}”"
        if not ours:
            return None
        rest = CODE.sub(" ", self._names.sub(" ", text))
        words = [word for word in WORD.findall(rest) if word not in WORDS]
        return f"{words} in “{text[:200]}”" if words else None


def _plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
