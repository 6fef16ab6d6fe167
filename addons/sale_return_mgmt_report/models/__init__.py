from . import account_move
from . import res_company
from . import sale_return_disposition
from . import sale_return_reason
