from . import report_return_label
from . import report_counter_papers
from . import report_return_slip
