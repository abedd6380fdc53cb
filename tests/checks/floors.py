#!/usr/bin/env python3
"""Reads every source file and fails on a broken wall of ARCHITECTURE.md:

- an include of a floor that is not below the including one;
- a system header (sockets, files, libev, SQLite, ...) outside src/io, src/main.cpp and src/command_line.cpp;
- inih anywhere but in src/config/lines.cpp;
- a file over 500 lines, or a folder under src/ that is no floor.
"""
import pathlib
import re
import sys

FLOORS = {"base": 0, "wire": 1, "machine": 2, "tree": 3, "dhcp": 4, "tftp": 4, "http": 4, "config": 5, "io": 6}
SYSTEM = re.compile(
    r"<(sys/|net/|netinet/|net/if|netpacket/|arpa/|linux/|unistd\.h|fcntl\.h|poll\.h|signal\.h|syslog\.h|ifaddrs\.h"
    r"|pwd\.h|grp\.h|sched\.h|ev\.h|ev\+\+\.h|sqlite3\.h|microhttpd\.h|systemd/|boost/|cap-ng\.h)"
)
MOST_LINES = 500


def is_table(path, lines):
    """A file that is mostly a table says so in its first lines."""
    return any("is a table" in line for line in lines[:12])


def problems(root):
    source = root / "src"
    for folder in sorted(p.name for p in source.iterdir() if p.is_dir()):
        if folder not in FLOORS:
            yield f"src/{folder}: not a floor"
    for path in sorted(source.rglob("*.[ch]pp")):
        relative = path.relative_to(source)
        floor = relative.parts[0] if len(relative.parts) > 1 else None
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MOST_LINES and not is_table(path, lines):
            yield f"src/{relative}: {len(lines)} lines, more than {MOST_LINES}"
        for number, line in enumerate(lines, 1):
            include = re.match(r'\s*#\s*include\s*(["<][^">]+[">])', line)
            if not include:
                continue
            name = include.group(1)
            where = f"src/{relative}:{number}"
            ours = re.match(r'"([a-z0-9_]+)/', name)
            if floor and ours and ours.group(1) in FLOORS:
                target = ours.group(1)
                if target != floor and FLOORS[target] >= FLOORS[floor]:
                    yield f"{where}: {floor} must not include {target}"
            elif floor and name.startswith('"') and not ours:
                yield f"{where}: include by path from src/, not {name}"
            if floor and floor != "io" and SYSTEM.match(name):
                yield f"{where}: system header {name} outside src/io"
            if name in ("<ini.h>", "<INIReader.h>") and str(relative) != "config/lines.cpp":
                yield f"{where}: inih belongs to src/config/lines.cpp"


def main():
    found = list(problems(pathlib.Path(sys.argv[1])))
    for problem in found:
        print(problem)
    if not any((pathlib.Path(sys.argv[1]) / "src").rglob("*.cpp")):
        print("no sources found: nothing was checked")
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
