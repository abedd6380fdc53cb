#!/usr/bin/env python3
"""manual.py [--write]: whether the section DIFFERENCES of man/pxed-dnsmasq.7 says what the table `differences` says, and
whether mandoc has nothing to say about the page. --write writes the section anew."""

import pathlib
import shutil
import subprocess
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "man" / "pxed-dnsmasq.7"
BEGIN = ".\\\" written from tests/oracle/differences by tests/oracle/manual.py\n"
END = ".\\\" end of what is written\n"


def read_table(path):
    """The rows in the file's order: dictionaries of what, why and source."""
    rows = []
    for line in path.read_text().splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "difference":
            rows.append({"id": rest})
        elif word in ("what", "why", "source"):
            rows[-1][word] = " ".join(filter(None, [rows[-1].get(word, ""), rest.strip()]))
    return rows


def roff(text):
    """Running text: roff reads backslashes, and a dot or a quote at the start of a line."""
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    lines = [line.replace("\\", "\\e").replace("-", "\\-") for line in lines]
    return "\n".join("\\&" + line if line[0] in ".'" else line for line in lines) + "\n"


def capital(text):
    return text if text.startswith("dnsmasq") else text[0].upper() + text[1:]


def section(rows):
    """A paragraph for each row: what is seen in the table's words, why, and who asks for it."""
    parts = []
    for row in rows:
        source = row["source"].rstrip(".")
        parts.append(".TP\n.B " + roff(row["id"]) + roff(row["what"]) + ".br\n" + roff(capital(row["why"])) +
                     ".br\n" + roff(f"[{source}]"))
    return "".join(parts)


def main():
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        sys.exit(f"{PAGE} has no place for the differences")
    wanted = before + BEGIN + section(read_table(HERE / "differences")) + END + after
    if "--write" in sys.argv:
        PAGE.write_text(wanted)
    elif page != wanted:
        sys.exit(f"{PAGE.name} does not say what the table says: run tests/oracle/manual.py --write")
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(PAGE)], capture_output=True, text=True)
        if lint.stdout:
            sys.exit(lint.stdout)


main()
