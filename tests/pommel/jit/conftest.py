"""Makes the modules of this folder importable for its tests."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
