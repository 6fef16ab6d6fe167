from . import res_config_settings
from . import sale_return_order_explain
from . import stock_return_picking
