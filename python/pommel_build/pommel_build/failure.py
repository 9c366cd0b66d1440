"""What goes wrong on the author's side is told without a traceback."""


class Failure(SystemExit):
    """Ends the build with a message; the last line says what to do."""

    def __init__(self, *lines):
        super().__init__("pommel: " + "\n        ".join(lines))
