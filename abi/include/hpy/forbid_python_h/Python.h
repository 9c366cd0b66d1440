/* This folder is put on the include path of extensions for the universal ABI, before all others:
   a binary that runs everywhere cannot know one interpreter's C API. */
#ifndef HPY_ABI_UNIVERSAL
#  error "hpy/forbid_python_h is on the include path, but the ABI is not the universal one"
#endif

#error "It is forbidden to #include <Python.h> when targeting the HPy Universal ABI"
