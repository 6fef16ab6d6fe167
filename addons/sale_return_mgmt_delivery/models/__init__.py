from . import account_move
from . import sale_order
from . import sale_order_line
from . import sale_return_order
from . import sale_return_order_line
from . import sale_return_policy
