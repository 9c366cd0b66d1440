"""``python -m pommel``: what the package runs on. Commands begin before: see ``__init__``."""

import sys


def main(arguments):
    if not arguments:
        from ._config import show_config

        show_config()
        return
    from . import _run

    if arguments[0] not in ("-h", "--help"):
        _run.fail("pommel: there is no command {}".format(arguments[0]))
    print(_run.usage(), end="")


main(sys.argv[1:])
