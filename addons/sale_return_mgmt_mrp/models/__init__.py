from . import account_move_line
from . import product_product
from . import sale_order_line
from . import sale_return_order
from . import sale_return_order_line
from . import stock_move
