"""``python -m pommel``: what the package runs on."""

from ._config import show_config

show_config()
