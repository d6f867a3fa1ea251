"""What the tests of the reference share."""

from __future__ import annotations

from tests.declarations.conftest import here as here
from tests.providers.conftest import bench as bench
