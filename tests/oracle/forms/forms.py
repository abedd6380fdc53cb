#!/usr/bin/env python3
"""Asks dnsmasq --test and pxed --test about every form of the tables beside this file; README.md has the format."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LEAST_ENTRIES = 300
MARKS = "+?-"


class Entry:
    def __init__(self, where, mark, line):
        self.where, self.mark, self.lines, self.words = where, mark, [line], []

    @property
    def key(self):
        return self.lines[0]


def unescape(text):
    return re.sub(r"\\(x[0-9a-f]{2}|.)", lambda m: {"t": "\t", "r": "\r", "\\": "\\"}.get(m[1]) or
                  bytes.fromhex(m[1][1:]).decode("latin-1"), text)


def read_table(path):
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        escaped = line[1:2] == "\\"
        mark, text = line[0], line[3 if escaped else 2:]
        if escaped:
            text = unescape(text)
        if mark in MARKS:
            entries.append(Entry(where, mark, text))
        elif mark == "|" and entries:
            entries[-1].lines.append(text)
        elif mark == "~" and entries:
            entries[-1].words.append(text)
        else:
            sys.exit(f"{where}: no entry: {line}")
    return entries


def read_differences(path):
    rows = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        verdict, entry, why = line.split(": ", 1)[0], *split_row(line)
        if verdict not in ("accepts", "refuses", "silent", "pending") or not why:
            sys.exit(f"{path.name}:{number}: no row: {line}")
        rows[(verdict, entry)] = f"{path.name}:{number}"
    return rows


def split_row(line):
    """ENTRY may have `: ` in it; the reason may not."""
    entry, _, why = line.split(": ", 1)[-1].rpartition(": ")
    return entry, why


def make_lab(directory):
    (directory / "tftp").mkdir()
    (directory / "conf.d").mkdir()
    (directory / "conf.d" / "a.conf").write_text("dhcp-range=10.98.0.10,10.98.0.20,1h\n")
    (directory / "more.conf").write_text("dhcp-range=10.97.0.10,10.97.0.20,1h\n")
    (directory / "hosts").write_text("10.99.0.9 printer\n")
    (directory / "ethers").write_text("02:00:00:00:0a:01 10.99.0.9\n")


def ask(program, file):
    done = subprocess.run([program, "--test", "-C", str(file)], capture_output=True, check=False, timeout=30)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def judge(entry, number, options, differences, used):
    """What is wrong with the entry: sentences, none when all is well."""
    file = options.directory / f"{number}.conf"
    text = "".join(line + "\n" for line in entry.lines).replace("@DIR@", str(options.directory))
    file.write_bytes(text.encode("latin-1") if max(text) < "\u0100" else text.encode("utf-8"))
    wrong = []
    if options.dnsmasq:
        status, said = ask(options.dnsmasq, file)
        if (status == 0) == (entry.mark == "-"):
            wrong.append(f"dnsmasq ends with {status}: {said.strip()}")
    status, said = ask(options.pxed, file)
    if options.verbose:
        print(f"{entry.where}: {entry.mark} {entry.key}\n{said}", flush=True)
    if status not in (0, 1, 3):
        wrong.append(f"pxed ends with {status}: {said.strip()}")
    accepts = status == 0
    has_place = re.search(rf"^(pxed: )?{re.escape(str(file))}:\d+: ", said, re.M)
    last = re.escape(f"{file}:{len(entry.lines)}")

    pending = {("pending", line.split("=")[0].strip()) for line in entry.lines} & set(differences)

    def differs(verdict):
        rows = pending or {(verdict, entry.key)} & set(differences)
        used.update(rows)
        return not rows

    if accepts and entry.mark == "-" and differs("accepts"):
        wrong.append("pxed accepts it")
    if not accepts:
        if entry.mark != "-" and differs("refuses"):
            wrong.append(f"pxed refuses it: {said.strip()}")
        if not has_place:
            wrong.append(f"pxed refuses it and names no line: {said.strip()}")
    if accepts and entry.mark == "?" and not re.search(rf"{last}: (warning|note): ", said) and differs("silent"):
        wrong.append(f"pxed says nothing about line {len(entry.lines)}: {said.strip()}")
    if not (pending and not accepts):
        wrong += [f"pxed does not say '{words}': {said.strip()}" for words in entry.words if words not in said]
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pxed", required=True)
    parser.add_argument("--dnsmasq", default=shutil.which("dnsmasq") or "/usr/sbin/dnsmasq",
                        help="empty: the tables are believed")
    parser.add_argument("--filter", default="")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    entries = [entry for path in sorted(HERE.glob("*.forms")) for entry in read_table(path)]
    doubles = {entry.key for entry in entries if sum(e.lines == entry.lines for e in entries) > 1}
    differences, used, failed = read_differences(HERE / "differences"), set(), 0
    for key in sorted(doubles):
        print(f"twice in the tables: {key}")
    chosen = [entry for entry in entries if options.filter in "\n".join(entry.lines) or options.filter in entry.where]
    with tempfile.TemporaryDirectory(prefix="pxed-forms-") as name, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        options.directory = pathlib.Path(name)
        make_lab(options.directory)
        asked = [pool.submit(judge, entry, number, options, differences, used) for number, entry in enumerate(chosen)]
        for entry, answer in zip(chosen, asked):
            failed += bool(answer.result())
            for sentence in answer.result():
                print(f"{entry.where}: {entry.mark} {' | '.join(entry.lines)}\n    {sentence}".replace("\n", "\n    "))
    unused = [] if options.filter else sorted(set(differences) - used)
    for verdict, key in unused:
        print(f"{differences[verdict, key]}: nothing needs this row: {verdict}: {key}")
    # A directive that is served by now leaves its row behind; that need not stop whoever brought it.
    unused = [row for row in unused if row[0] != "pending"]
    print(f"{len(chosen)} forms, {failed} wrong; {len(differences)} differences allowed")
    too_few = not options.filter and len(entries) < LEAST_ENTRIES
    if too_few:
        print(f"less than {LEAST_ENTRIES} forms")
    return 1 if failed or unused or doubles or too_few else 0


if __name__ == "__main__":
    sys.exit(main())
