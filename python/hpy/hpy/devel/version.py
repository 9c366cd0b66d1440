"""The version under the name that setup scripts written for HPy 0.9 import it by."""

from hpy._version import __version__

__all__ = ["__git_revision__", "__version__"]

#: Upstream says a commit here.
__git_revision__ = "__UNKNOWN__"
