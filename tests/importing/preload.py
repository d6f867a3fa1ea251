"""What the process imports from which each recorder of a test is forked: all that programs may."""

from tests.engine.warm import import_all

import_all()
