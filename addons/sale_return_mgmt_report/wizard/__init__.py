from . import res_config_settings
from . import sale_return_print_mixin
from . import sale_return_analysis
from . import sale_return_statement
from . import sale_return_uncredited
