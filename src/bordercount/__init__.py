"""Bordercount: a teaching module that takes the numbers of one news article apart."""

from importlib.metadata import version

__version__ = version("bordercount")
