from . import sale_return_analysis_mixin
from . import sale_return_report_money_mixin
from . import sale_return_report_source_mixin
from . import sale_return_report
from . import sale_return_rate_report
