from . import test_return_life
