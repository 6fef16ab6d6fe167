from . import portal
from . import portal_rating
from . import portal_request
from . import portal_thread
