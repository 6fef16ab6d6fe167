from importlib.util import find_spec


from . import test_api
from . import test_approval
from . import test_approval_at_once
from . import test_approval_levels
from . import test_approvers_asked
from . import test_auto_approval
from . import test_code_style
from . import test_company
from . import test_costs
from . import test_credit_at_once
from . import test_credit_queue
from . import test_deadlines
from . import test_discrepancy
from . import test_disposition
from . import test_event_log
from . import test_exceptions
from . import test_grants
from . import test_inspection
from . import test_inspection_refused
from . import test_inspection_lots
from . import test_inspection_undo
from . import test_ledger
from . import test_lock_dates
from . import test_lots
from . import test_lots_at_once
from . import test_over_return
from . import test_policy
from . import test_parcel
from . import test_queries
from . import test_receipt
from . import test_receipt_places
from . import test_receipt_undo
from . import test_refund_trigger
from . import test_return_life
from . import test_return_slip
from . import test_rights
from . import test_settlement
from . import test_settlement_undone
from . import test_translations
from . import test_value
from . import test_views
from . import test_without_order

if find_spec("hypothesis"):  # a tool of ours, which users need not have
    from . import test_ledger_property
