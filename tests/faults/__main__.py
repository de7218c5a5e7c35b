"""`python -m tests.faults` runs the suite and prints its table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.exit(pytest.main([str(Path(__file__).parent), "-q", "--no-header", "--tb=line", *sys.argv[1:]]))
