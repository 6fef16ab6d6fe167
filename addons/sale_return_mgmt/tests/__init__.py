from . import test_api
from . import test_approval
from . import test_code_style
from . import test_event_log
from . import test_ledger
from . import test_over_return
from . import test_return_life
from . import test_rights
