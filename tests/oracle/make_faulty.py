#!/usr/bin/env python3
"""make_faulty.py FAULTS SOURCE-DIRECTORY OUTPUT-DIRECTORY: copies of the sources that `faults` names, in which each fault
can be chosen at run time by the environment variable PXED_FAULT. A fault whose text no longer stands in its file exactly
once ends the build with its name: a list of faults that nobody can make proves nothing."""

import pathlib
import sys

HEADER = """\
// Written from tests/oracle/faults; only the test program pxed_faulty is built from it.
#include <cstdlib>
#include <string_view>
namespace {
[[maybe_unused]] bool pxed_has_fault(std::string_view name) {
    const char* chosen = std::getenv("PXED_FAULT");
    return chosen != nullptr && name == chosen;
}
}  // namespace
"""


def read_faults(path):
    """Each row as a dictionary of its words: fault, file, instead-of, write, case."""
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "fault":
            rows.append({"fault": rest})
        elif rows and word in ("file", "instead-of", "write", "case"):
            rows[-1][word] = rest.strip()
        else:
            sys.exit(f"{path}:{number}: what is '{word}'?")
    return rows


def main():
    faults, sources, output = map(pathlib.Path, sys.argv[1:4])
    texts = {}
    for row in read_faults(faults):
        missing = {"file", "instead-of", "write", "case"} - row.keys()
        if missing:
            sys.exit(f"{faults}: fault {row['fault']} lacks {', '.join(sorted(missing))}")
        text = texts.setdefault(row["file"], (sources / row["file"]).read_text())
        count = text.count(row["instead-of"])
        if count != 1:
            sys.exit(f"{faults}: fault {row['fault']}: '{row['instead-of']}' stands {count} times in {row['file']}, not once")
        # An expression for an expression, so that any line can be faulty without another compilation.
        choice = f"(pxed_has_fault(\"{row['fault']}\") ? ({row['write']}) : ({row['instead-of']}))"
        texts[row["file"]] = text.replace(row["instead-of"], choice)
    for name, text in texts.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = HEADER + text
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


main()
