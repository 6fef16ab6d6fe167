"""CSV and XLSX files as rows of cells with their line numbers."""

import csv
import io
import zipfile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .errors import BadFile

DELIMITERS = ",;\t"
# How openpyxl and what it stands on tell that.
NO_BOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    LookupError,
    ValueError,
    SyntaxError,
)


def read(path):
    """The rows of a file that are not empty, as ``(line, cells)``; the first one has
    the names of the columns."""
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx}
    reader = readers.get(path.suffix.lower())
    if not reader:
        raise BadFile(f"{path} is neither CSV nor XLSX by its name. Save it as one.")
    try:
        rows = [(line, cells) for line, cells in reader(path) if _has_content(cells)]
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from error
    if not rows:
        raise BadFile(f"{path} is empty. Its first line has the names of the columns.")
    return rows


def _has_content(cells):
    return any(cell is not None and str(cell).strip() for cell in cells)


def _read_csv(path):
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(
            f"{path}, line {line}: this is no UTF-8. Save the file as “CSV UTF-8”."
        ) from error
    first = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in rows:
            yield line, cells
            line = rows.line_num + 1  # a cell may have several lines
    except csv.Error as error:
        raise BadFile(
            f"{path}, line {line}: {error}. Quotes in a cell are doubled, and stand in "
            "quotes."
        ) from error


def _read_xlsx(path):
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write wrong ones
            return list(enumerate(sheet.iter_rows(values_only=True), 1))
        finally:
            book.close()
    except NO_BOOK as error:
        raise BadFile(f"{path} is no XLSX file. Save it as one again.") from error
