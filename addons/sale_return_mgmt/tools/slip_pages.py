"""Where the pages of a slip end, for a printer that cuts rows in two.

wkhtmltopdf without patched Qt neither repeats the head of a table nor keeps a row in
one piece, but it does begin a page where it is told to. Heights are estimates, in
millimetres of paper and rather too high: a page that ends early is nothing to wonder
at.
"""

import unicodedata
from math import ceil

LINE = 4.8
ROW = 4.5
SMALL_LINE = 4.0
TITLE = 20.0
WARNING = 14.0
ADDRESSES = 8.0
FACTS = 11.0
TABLE_HEAD = 12.0
# With the return's number above it.
PAGE_HEAD = 18.0
CLOSING = 54.0


def count_lines(text, width):
    """In how many lines ``text`` is printed, of ``width`` Latin letters each."""
    return sum(
        max(1, ceil(_measure(line) / width)) for line in (text or "").split("\n")
    )


def _measure(text):
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + 0.75 * wide


def split_rows(rows, first, rest, closing):
    """Spread rows over pages, and keep what closes the document in one piece.

    :param rows: list of ``(row, height)``
    :param float first: room for rows on the first page
    :param float rest: room on each page after it
    :param float closing: what comes below the last row, on its page or its own
    :return: list of lists of rows, one for each page; the last is empty where nothing
        but the closing is on it
    """
    pages, room = [[]], first
    for row, height in rows:
        if height > room and pages[-1]:
            pages.append([])
            room = rest
        pages[-1].append(row)
        room -= height
    if closing > room:
        pages.append([])
    return pages
