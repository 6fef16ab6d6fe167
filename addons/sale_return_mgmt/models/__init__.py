# The mixins come first: models are registered in the order of their import.
from . import sale_return_protected_mixin
from . import sale_return_draft_mixin
from . import sale_return_link_mixin
from . import sale_return_api_mixin
from . import sale_return_approval_mixin
from . import sale_return_line_price_mixin
from . import sale_return_line_quantity_mixin
from . import sale_return_receipt_mixin
from . import sale_return_settlement_mixin
from . import sale_return_submission_mixin

from . import account_move
from . import account_move_line
from . import res_company
from . import sale_order
from . import sale_order_line
from . import sale_return_approval
from . import sale_return_approval_rule
from . import sale_return_event
from . import sale_return_order
from . import sale_return_order_line
from . import sale_return_policy
from . import sale_return_reason
from . import stock_move
from . import stock_picking
from . import stock_warehouse
