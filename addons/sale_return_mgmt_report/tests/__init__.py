from . import test_rate_report
from . import test_report_access
from . import test_report_amounts
from . import test_report_outcomes
from . import test_report_sums
from . import test_report_translations
from . import test_report_views
