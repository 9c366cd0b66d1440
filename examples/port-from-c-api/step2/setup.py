from setuptools import Extension, setup

setup(name="histogram", version="1.0", hpy_ext_modules=[Extension("histogram", ["histogram.c"])])
