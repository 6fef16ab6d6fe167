from . import report_return_label
from . import report_return_slip
