/* The version of HPy whose source interface these headers have. */
#ifndef HPY_VERSION_H
#define HPY_VERSION_H

#define HPY_VERSION "0.9.1"
#define HPY_GIT_REVISION "pommel"

#endif
