from . import test_report_access
from . import test_report_sums
from . import test_report_translations
from . import test_report_views
