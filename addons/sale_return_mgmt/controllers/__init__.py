from . import portal
from . import portal_rating
from . import portal_request
