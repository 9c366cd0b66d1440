"""Which machines a shared object runs on, as the manylinux tags (PEP 600) put it, and which modules
it defines."""

import re
import struct

from .failure import Failure

#: Libraries that every machine of a manylinux tag has.
PROVIDED = (
    "ld-linux", "libc.so", "libdl.so", "libgcc_s.so", "libm.so", "libpthread.so", "librt.so",
    "libutil.so",
)
#: No tag below this is of use: Rust's standard library itself asks for it.
OLDEST_GLIBC = 17

MACHINES = {0x3E: "x86_64", 0xB7: "aarch64", 0x03: "i686", 0x15: "ppc64le", 0xF3: "riscv64"}

DYNAMIC, DYNSYM, VERNEED = 6, 11, 0x6FFFFFFE
NEEDED = 1


class SharedObject:
    """The parts of an ELF file that say what it needs and what it defines."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise Failure("{} is no shared object of a 64-bit little-endian Linux".format(path))
        self.machine, = struct.unpack_from("<H", self.data, 18)
        offset, = struct.unpack_from("<Q", self.data, 0x28)
        size, count = struct.unpack_from("<HH", self.data, 0x3A)
        headers = [
            struct.unpack_from("<IIQQQQII", self.data, offset + i * size) for i in range(count)
        ]
        #: By type: (offset, size, offset of the strings).
        self.sections = {
            kind: (start, length, headers[link][4])
            for _, kind, _, _, start, length, link, _ in headers
        }

    def _string(self, table, offset):
        start = table + offset
        return self.data[start:self.data.index(b"\0", start)].decode()

    def needed(self):
        """The libraries that it is linked against."""
        start, length, strings = self.sections.get(DYNAMIC, (0, 0, 0))
        entries = struct.iter_unpack("<qQ", self.data[start:start + length])
        return [self._string(strings, value) for tag, value in entries if tag == NEEDED]

    def versions(self):
        """The symbol versions that it asks for, such as GLIBC_2.34."""
        start, length, strings = self.sections.get(VERNEED, (0, 0, 0))
        found, at = [], start
        while length:
            _, count, _, aux, following = struct.unpack_from("<HHIII", self.data, at)
            entry = at + aux
            for _ in range(count):
                _, _, _, name, after = struct.unpack_from("<IHHII", self.data, entry)
                found.append(self._string(strings, name))
                entry += after
            if not following:
                break
            at += following
        return found

    def defined(self):
        """The names of the symbols that others may use."""
        start, length, strings = self.sections.get(DYNSYM, (0, 0, 0))
        symbols = struct.iter_unpack("<IBBHQQ", self.data[start:start + length])
        return [self._string(strings, name) for name, _, _, section, _, _ in symbols if section]

    def platform_tag(self):
        """The tag of the oldest platform that it runs on: manylinux_2_34_x86_64."""
        for library in self.needed():
            if not library.startswith(PROVIDED):
                raise Failure(
                    "{} needs {}, which not every machine has".format(self.path, library),
                    "link it statically",
                )
        machine = MACHINES.get(self.machine)
        if machine is None:
            raise Failure("{} is for an unknown machine".format(self.path))
        return "manylinux_2_{}_{}".format(newest_glibc(self.versions()), machine)

    def check_module(self, name):
        """A clear word if it is not the module that it will be imported as."""
        defined = self.defined()
        entries = [s for s in defined if s.startswith(("PyInit_", "HPyInit_"))]
        if not any(entry.partition("_")[2] == name for entry in entries):
            others = sorted({entry.partition("_")[2] for entry in entries})
            raise Failure(
                "the shared object defines no module {!r}, but {}".format(
                    name, ", ".join(map(repr, others)) or "none at all"),
                "the library (Cargo.toml, [lib] name), the Rust module (`#[pommel::module]`, or "
                "its option `name`) and the last part of [tool.pommel] module are one name",
            )


def newest_glibc(versions):
    """The minor version of the newest GLIBC_2.x; a patch release (2.2.5) belongs to its minor."""
    found = [re.match(r"GLIBC_2\.(\d+)", version) for version in versions]
    return max([OLDEST_GLIBC, *(int(match[1]) for match in found if match)])
