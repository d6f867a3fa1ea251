"""What the tests of resources share: a provider process, and an engine for programs."""

from __future__ import annotations

from tests.declarations.conftest import _leftovers as _leftovers
from tests.declarations.conftest import engine as engine
from tests.declarations.conftest import here as here
from tests.providers.conftest import bench as bench
from tests.providers.conftest import lan as lan
from tests.providers.conftest import running as running
from tests.providers.conftest import saved as saved
from tests.providers.conftest import told as told
