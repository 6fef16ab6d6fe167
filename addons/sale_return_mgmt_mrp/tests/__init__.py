from . import test_kit_credit
from . import test_kit_over_return
from . import test_kit_portal
from . import test_kit_replacement
from . import test_kit_translations
from . import test_kits
