from . import res_config_settings
from . import sale_return_order_explain
from . import sale_return_order_grant
from . import sale_return_order_grant_line
from . import sale_return_order_inspect
from . import sale_return_order_inspect_line
from . import stock_return_picking
from . import sale_return_parcel_attach
