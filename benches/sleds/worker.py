"""The worker of the sleds. `worker.py MODULE` rides on the array class of a module (with
`--hpy-universal` before it: of a module for upstream HPy's loader), and `worker.py --compiled
MODULE` runs a module that already is the whole program."""

import importlib
import os
import sys

from protocol import load_hpy_universal, serve, timed

SLEDS, STEPS = 10, 200


def user_program(array):
    """The user's program, unchanged, with this array class."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sleds.py")
    with open(path) as file:
        program = compile(file.read(), path, "exec")
    namespace = {"__name__": "sleds", "array": array}
    exec(program, namespace)
    return namespace["ride"], namespace["trajectories"]


def main(args):
    if args[0] == "--compiled":
        module = importlib.import_module(args[1])
        ride, trajectories = module.ride, module.trajectories
    elif args[0] == "--hpy-universal":
        ride, trajectories = user_program(load_hpy_universal(args[1]).array)
    else:
        ride, trajectories = user_program(importlib.import_module(args[0]).array)

    def numbers():
        for states in trajectories(SLEDS, STEPS):
            for state in states:
                for i in range(4):
                    yield state[i]

    serve({"all": timed(ride, SLEDS, STEPS)}, {"all": numbers})


if __name__ == "__main__":
    main(sys.argv[1:])
