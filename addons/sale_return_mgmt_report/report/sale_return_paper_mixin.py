import base64
from collections import namedtuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, formatLang
from odoo.tools.image import image_data_uri, image_process

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.sale_return_mgmt.tools import slip_pages
from odoo.addons.sale_return_mgmt.tools.slip_pages import count_lines

# ``width`` in percent of the table, and in Latin letters of the print.
Column = namedtuple("Column", "name width letters is_number", defaults=(False,))
# ``rows`` are lists of texts, as many as there are columns; ``totals`` is one more.
Table = namedtuple("Table", "title columns rows totals", defaults=(None,))
# What of a table is on one page.
Part = namedtuple("Part", "table rows is_last")
# A table without columns has rows of photos: of pairs of a name and an address.
PHOTOS_IN_A_ROW = 3
PRINTED = ("image/jpeg", "image/png", "image/gif")
PHOTO_HEIGHT = 52.0
# As ``tools/slip_pages.py``, of tables that are set more closely.
ROW = 2.8
TABLE_TITLE = 8.5
TABLE_HEAD = 9.0


class SaleReturnPaperMixin(models.AbstractModel):
    """A printed document of tables: of a return, a customer, or a company.

    The heights of rows are estimated, see ``tools/slip_pages.py``: a printer that cuts
    rows in two is told where to begin a page instead.
    """

    _name = "sale.return.paper.mixin"
    _description = "Printed Document of Returns"

    _paper_model = "sale.return.order"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env[self._paper_model].browse(docids)
        docs.check_access("read")
        return {
            "doc_ids": docs.ids,
            "doc_model": docs._name,
            "docs": docs,
            "get_paper": self._get_paper,
            "keeps_rows": not data
            or data.get("report_type") != "pdf"
            or _wkhtml().is_patched_qt,
        }

    @api.model
    def _get_paper(self, doc, keeps_rows):
        """What is printed of one document, in the language of its environment.

        :return: dict of ``title``, ``number``, ``address`` (a partner), ``facts``
            (pairs of a label and a text), ``pages`` (lists of :class:`Part`),
            ``nothing``, the text where there is no table, and ``signatures``
        """
        paper = self.with_context(lang=doc.env.lang)._prepare_paper(doc)
        tables = [table for table in paper.pop("tables") if table.rows]
        if keeps_rows:
            pages = [[Part(table, table.rows, True) for table in tables]]
        else:
            pages = self._lay_out(tables, self._get_room(paper))
        return paper | {"pages": pages}

    @api.model
    def _prepare_paper(self, doc):
        """As :meth:`_get_paper`, with ``tables`` instead of ``pages``."""
        raise NotImplementedError

    # === PAGES === #

    @api.model
    def _get_room(self, paper):
        """The height of what is below the heading on the first page, and on others."""
        report = self.env["ir.actions.report"]._get_report_from_name(
            self._name.removeprefix("report.")
        )
        sheet = report.get_paperformat()
        room = sheet.print_page_height - sheet.margin_top - sheet.margin_bottom
        heading = slip_pages.TITLE + slip_pages.FACTS
        if paper.get("address"):
            address = paper["address"].with_context(show_address=True)
            heading += slip_pages.ADDRESSES
            heading += slip_pages.LINE * count_lines(address.display_name, 40)
        return room - heading, room - slip_pages.PAGE_HEAD

    @api.model
    def _lay_out(self, tables, rooms):
        """Spread tables over pages.

        :param rooms: height of the first page, and of each after it
        :return: list of lists of :class:`Part`
        """
        first, rest = rooms
        pages, room = [[]], first
        for table in tables:
            begun = False
            for number, row in enumerate(table.rows, 1):
                is_last = number == len(table.rows)
                height = self._get_row_height(table, row)
                if is_last and table.totals:
                    height += self._get_row_height(table, table.totals)
                head = 0.0 if begun else self._get_head_height(table)
                if head + height > room and pages[-1]:
                    pages.append([])
                    room, begun, head = rest, False, self._get_head_height(table)
                if not begun:
                    pages[-1].append(Part(table, [], is_last))
                    begun = True
                part = pages[-1][-1]
                part.rows.append(row)
                pages[-1][-1] = part._replace(is_last=is_last)
                room -= head + height
        return pages

    @api.model
    def _get_head_height(self, table):
        title = TABLE_TITLE if table.title else 0.0
        return title + (TABLE_HEAD if table.columns else 0.0)

    @api.model
    def _get_row_height(self, table, row):
        if not table.columns:
            return PHOTO_HEIGHT
        lines = max(
            count_lines(text, column.letters)
            for text, column in zip(row, table.columns, strict=True)
        )
        return ROW + slip_pages.LINE * lines

    # === TEXTS === #

    @api.model
    def _quantity(self, quantity, unit=None):
        text = formatLang(self.env, quantity, dp="Product Unit")
        return f"{text} {unit.name}" if unit else text

    @api.model
    def _number(self, number, digits):
        return formatLang(self.env, number, digits=digits)

    @api.model
    def _amount(self, amount, currency):
        return format_amount(self.env, amount, currency)

    @api.model
    def _date(self, date):
        return format_date(self.env, date) if date else ""

    @api.model
    def _name_of(self, product):
        return product.with_context(display_default_code=False).display_name

    @api.model
    def _photos(self, attachments):
        """A table of photos side by side, as small as they are printed."""
        photos = [(each.name, self._get_photo(each)) for each in attachments]
        photos = [(name, photo) for name, photo in photos if photo]
        rows = [
            photos[number : number + PHOTOS_IN_A_ROW]
            for number in range(0, len(photos), PHOTOS_IN_A_ROW)
        ]
        return Table(self.env._("Photos"), [], rows)

    @api.model
    def _get_photo(self, attachment):
        """A photo as the address of an image, or none: what no printer shows is left
        out, videos and damaged files too."""
        if attachment.mimetype not in PRINTED:
            return None
        try:
            small = image_process(attachment.raw, size=(800, 800), quality=80)
        except (UserError, ValueError, OSError):
            return None
        return image_data_uri(base64.b64encode(small))
