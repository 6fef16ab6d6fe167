from . import test_delivery_analysis
from . import test_delivery_kits
from . import test_delivery_life
from . import test_delivery_refund
from . import test_delivery_rules
from . import test_delivery_translations
