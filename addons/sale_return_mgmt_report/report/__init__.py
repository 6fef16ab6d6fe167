from . import sale_return_analysis_mixin
from . import sale_return_report_money_mixin
from . import sale_return_report_source_mixin
from . import sale_return_report
from . import sale_return_rate_report
from . import sale_return_dashboard_rate_mixin
from . import sale_return_dashboard_return_mixin
from . import sale_return_dashboard
