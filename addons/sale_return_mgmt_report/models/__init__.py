from . import account_move
from . import sale_return_disposition
from . import sale_return_reason
