from . import report_return_slip
