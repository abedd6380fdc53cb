"""One run: what all rows share (wires, files, programs), and the order in which they are measured."""
import os
import pathlib
import shutil
import sys
import tempfile
import time

from . import servers
from .load import Wrong
from .wire import Wire


class Bench:
    """A context that leaves nothing behind."""

    def __init__(self, root, programs, pxed, is_small, rounds):
        self.programs, self.pxed, self.is_small, self.rounds = pathlib.Path(programs), pxed, is_small, rounds
        self.cache = root / "build" / "bench-peers"
        self.hints = {}  # where a search of the round before ended
        self.absent = {}
        self.paths = {}
        self.wires = {}

    def __enter__(self):
        # Leases are written here, so it must be a disk: /tmp is memory on many machines.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pxed-bench.", dir="/var/tmp"))
        self.directory.chmod(0o755)
        self.tree = self.directory / "tree"
        self.tree.mkdir()
        self.log = self.directory / "load.log"
        return self

    def __exit__(self, *_):
        for wire in self.wires.values():
            wire.__exit__()
        shutil.rmtree(self.directory, ignore_errors=True)

    def of(self, full, small):
        return small if self.is_small else full

    @staticmethod
    def say(words):
        print(words, file=sys.stderr, flush=True)

    def wire(self, mtu):
        if mtu not in self.wires:
            self.wires[mtu] = Wire(mtu).__enter__()
        return self.wires[mtu]

    def file(self, kilobytes):
        """A name in the served tree and the path of the same bytes; random, so that no two blocks are alike."""
        path = self.tree / f"file-{kilobytes}k"
        if not path.exists():
            path.write_bytes(os.urandom(kilobytes << 10))
            # A boot tree is older than the machines that boot; a file of this second is not shared by transfers of pxed.
            time.sleep(2.5)
        return path.name, path

    def program(self, name):
        """None when the peer cannot be had; why is said once and again in the report."""
        if name == "pxed":
            return self.pxed
        if name == "limit":
            return self.programs / "udp_floor"
        if name in self.absent:
            return None
        if name not in self.paths:
            try:
                self.paths[name] = servers.unpacked(name, self.cache)
            except servers.Missing as missing:
                self.absent[name] = str(missing)
                self.say(f"not measured: {missing}")
                return None
        return self.paths[name]

    def server(self, name, wire, roles):
        state = tempfile.mkdtemp(prefix=f"{name}.", dir=self.directory)
        return servers.Server(name, self.program(name), wire, state, self.tree, roles)

    @staticmethod
    def wait_for(condition, seconds=10):
        ends = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > ends:
                raise RuntimeError("waited in vain")
            time.sleep(0.01)

    def turns(self, row):
        """server -> its measurements, one a round. Servers take turns, and in each round another one begins."""
        found = {name: [] for name in row.servers if self.program(name)}
        names = list(found)
        rounds = self.rounds if row.is_in_readme or row.has_targets() else 1
        for number in range(rounds):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                if row.are_peers_once and number > 0 and name != "pxed":
                    continue
                found[name].append(self.turn(row, name))
        return found

    def turn(self, row, name):
        self.say(f"  {row.name}: {name}")
        try:
            return row.measure(self, name)
        except Wrong:
            raise
        except Exception as problem:  # a peer that dies must not end a run of an hour
            if name == "pxed":
                raise
            self.say(f"  {row.name}: {name}: {problem}")
            return {"failed": 1, "why": str(problem)}
