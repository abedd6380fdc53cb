#!/usr/bin/env python3
"""Builds small broken houses and demands that floors.py finds each fault, and none in a sound one."""
import pathlib
import subprocess
import sys
import tempfile

FAULTS = {
    "src/wire/x.cpp": '#include "dhcp/decide.hpp"\n',
    "src/tftp/x.cpp": '#include "dhcp/decide.hpp"\n',
    "src/dhcp/x.cpp": "#include <sys/socket.h>\n",
    "src/config/x.hpp": "#include <boost/program_options.hpp>\n",
    "src/config/y.cpp": "#include <ini.h>\n",
    "src/base/long.cpp": "int x;\n" * 501,
    "src/utils/x.cpp": "int x;\n",
}
SOUND = {
    "src/io/x.cpp": '#include <sys/socket.h>\n#include "config/config.hpp"\n#include "base/text.hpp"\n',
    "src/main.cpp": "#include <unistd.h>\n",
    "src/dhcp/y.cpp": '#include <vector>\n#include "wire/dhcp_message.hpp"\n',
}


def run(checker, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return subprocess.run([sys.executable, checker, folder], capture_output=True, text=True, check=False)


def main():
    checker = sys.argv[1]
    sound = run(checker, SOUND)
    failed = [f"sound house refused: {sound.stdout}"] if sound.returncode else []
    for name, text in FAULTS.items():
        result = run(checker, {**SOUND, name: text})
        if result.returncode == 0:
            failed.append(f"not found: {name}: {text[:60]!r}")
    print("\n".join(failed) or "every fault was found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
