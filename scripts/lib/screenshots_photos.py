"""What customers photograph: drawn, so that no file of a picture is kept."""

import base64
import io

from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 480)
WOOD, WALL, BRASS, WOOL = "#b98a57", "#e9e4da", "#d8b365", "#7d93a8"


def photo(name):
    """Return the photo of that thing, a PNG file in base64."""
    image = Image.new("RGB", SIZE, WALL)
    PAINTERS[name](ImageDraw.Draw(image))
    file = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _table(draw):
    draw.rectangle((80, 150, 560, 190), WOOD)
    for left in (110, 500):
        draw.rectangle((left, 190, left + 30, 440), "#8f6a40")
    draw.line((500, 250, 530, 275, 505, 300, 528, 330), "#3b2a18", 6)


def _carton(draw):
    draw.polygon([(120, 140), (520, 140), (520, 430), (120, 430)], "#c49a6c")
    draw.polygon([(120, 140), (520, 140), (470, 80), (170, 80)], "#d9b48a")
    draw.rectangle((300, 80, 340, 430), "#e6d3b3")
    draw.polygon([(520, 300), (440, 360), (520, 430)], "#8a6a48")


def _lamp(draw):
    draw.polygon([(240, 60), (400, 60), (470, 230), (170, 230)], BRASS)
    draw.rectangle((310, 230, 330, 410), "#555555")
    draw.ellipse((220, 395, 420, 440), "#555555")
    draw.ellipse((360, 150, 420, 200), "#9c7a35")


def _blanket(draw):
    draw.rounded_rectangle((100, 120, 540, 400), 30, WOOL)
    for top in range(140, 400, 40):
        draw.line((100, top, 540, top), "#dfe6ec", 8)


PAINTERS = {"table": _table, "carton": _carton, "lamp": _lamp, "blanket": _blanket}
