"""Charts as SVG, for paper: what wkhtmltopdf draws without any script."""

from markupsafe import Markup

from odoo.addons.sale_return_mgmt.tools.slip_pages import count_lines

# As on the dashboard: told apart by colour-blind readers.
DARK, LIGHT, LIMIT = "#0072b2", "#b8c4cc", "#d55e00"
WIDTH = 640
# Drawn so much larger, a chart fills the width of any page: engines differ in what a
# pixel is, and none draws it wider than the page.
SCALE = 1.5
BAR_HEIGHT = 22
LABELS = 190
LETTERS = 28
LINE_HEIGHT = 170

_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" '
    'viewBox="0 0 {width} {height}" font-family="Arial, Helvetica, sans-serif" '
    'font-size="11" style="max-width: 100%;">{parts}</svg>'
)
_TEXT = Markup('<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#333">{text}</text>')
_RECT = Markup(
    '<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{color}"/>'
)
_LINE = Markup(
    '<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}" '
    'stroke-width="{width}" stroke-dasharray="{dashes}"/>'
)
_DOT = Markup('<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>')


def bars(rows):
    """Horizontal bars.

    :param rows: list of ``(label, share, text, is_dark)``; a share of 1 is a full bar
    :return: SVG, and its height in pixels
    """
    room = WIDTH - LABELS - 70
    parts = []
    for number, (label, share, text, is_dark) in enumerate(rows):
        y = number * BAR_HEIGHT
        width = round(room * min(1.0, max(0.0, share)), 1)
        parts += [
            _text(LABELS - 8, y + 15, _shorten(label), "end"),
            _RECT.format(
                x=LABELS,
                y=y + 4,
                width=width,
                height=BAR_HEIGHT - 8,
                color=DARK if is_dark else LIGHT,
            ),
            _text(LABELS + width + 6, y + 15, text),
        ]
    return _draw(parts, max(1, len(rows)) * BAR_HEIGHT)


def line(points, limit, write):
    """A line of time, with a limit that it should stay below.

    :param points: list of ``(label, rate)``; a rate of ``None`` is a gap
    :param float limit: a rate
    :param write: function of a rate to its text
    :return: SVG, and its height in pixels
    """
    left, right, top, bottom = 50, WIDTH - 30, 10, LINE_HEIGHT - 25
    known = [rate for _label, rate in points if rate is not None]
    highest = max([limit, *known]) * 1.15 or 1.0
    step = (right - left) / max(1, len(points) - 1)

    def place(number, rate):
        return (
            round(left + number * step, 1),
            round(bottom - (bottom - top) * rate / highest, 1),
        )

    parts = []
    for rate in (0.0, highest / 2, highest):
        y = place(0, rate)[1]
        parts += [
            _line(left, y, right, y, "#ddd"),
            _text(left - 6, y + 4, write(rate), "end"),
        ]
    y = place(0, limit)[1]
    parts.append(_line(left, y, right, y, LIMIT, 2, "6 4"))
    last = None
    for number, (label, rate) in enumerate(points):
        x = place(number, 0.0)[0]
        parts.append(_text(x, LINE_HEIGHT - 8, label, "middle"))
        if rate is None:
            continue
        here = place(number, rate)
        if last:
            parts.append(_line(*last, *here, DARK, 2))
        parts.append(_DOT.format(x=here[0], y=here[1], color=DARK))
        last = here
    return _draw(parts, LINE_HEIGHT)


def _draw(parts, height):
    high = height * SCALE
    svg = _SVG.format(
        width=WIDTH,
        height=height,
        wide=WIDTH * SCALE,
        high=high,
        parts=Markup("").join(parts),
    )
    return svg, high


def _text(x, y, text, anchor="start"):
    return _TEXT.format(x=x, y=y, text=text, anchor=anchor)


def _line(x1, y1, x2, y2, color, width=1, dashes="none"):
    return _LINE.format(
        x1=x1, y1=y1, x2=x2, y2=y2, color=color, width=width, dashes=dashes
    )


def _shorten(label):
    while count_lines(label, LETTERS) > 1:
        label = label[:-2].rstrip() + "…"
    return label
