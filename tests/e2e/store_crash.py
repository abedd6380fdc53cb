#!/usr/bin/env python3
"""Crash tests of the lease store alone: no acknowledged row may be missing, doubled or changed afterwards.

  store_crash.py kill HAMMER                     kill -9 at random moments, until 10,000 acknowledged rows
  store_crash.py crash-points HAMMER             kill -9 at every write, sync and rename of a start and a short run (strace)
  store_crash.py power-cut [--must-lose] HAMMER  50 power cuts of an ext4 under load (root)
  store_crash.py faults HAMMER                   writes and syncs that fail by EIO and ENOSPC, then a power cut (root, strace)

HAMMER is lease_hammer, whose words are explained in lease_hammer.cpp. --must-lose turns the verdict round: for a
store built with synchronous=OFF. PXED_E2E_SEED repeats a run. Exit status 77: this machine cannot run the test.
"""

import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

EXT4_IOC_SHUTDOWN, NOLOGFLUSH = 0x8004587D, 2
# Leak checks and ptrace exclude each other.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def skip(why):
    print("SKIP:", why)
    sys.exit(1 if os.environ.get("PXED_E2E_STRICT") else 77)


class Loss(Exception):
    """The store did not keep its word."""


class LostRow(Loss):
    """A row that was acknowledged is missing or another: the only loss that --must-lose waits for."""


class Ledger:
    """What the hammer was told: for each address the last acknowledged state, and what was tried after it."""

    def __init__(self):
        self.acknowledged = {}  # address -> (version, stamp), or None for a deletion
        self.tried = {}  # address -> states that may have been stored unheard
        self.acks = 0
        self.failures = 0
        self.failures_with_power = 0  # before a cut, so by injected errors
        self.failures_without_power = 0
        self.has_power = True
        self.injects = False  # refusals say nothing of the disk
        self.is_dead = False  # a change was refused after a cut
        self.hopeless = set()  # stamps of changes that began after that

    def read(self, line):
        kind, *words = line.split(" ", 3)
        if kind == ">":
            if self.is_dead:
                self.hopeless.add(words[2])
            self.tried.setdefault(words[0], set()).add(self.state(words))
        elif kind == "<" and words[2] in self.hopeless:
            raise Loss("acknowledged without a disk: " + line)
        elif kind == "<" and not self.has_power:
            # A machine without power says nothing. Here it still does for a moment, so this does not count: an
            # fdatasync() that is under way when the journal is aborted returns 0 (seen with Linux 6.18).
            pass
        elif kind == "<":
            self.acks += 1
            self.acknowledged[words[0]] = self.state(words)
            self.tried[words[0]] = set()
        elif kind == "!":
            self.failures += 1
            self.is_dead = not self.has_power and not self.injects
        elif kind == "#":
            raise Loss("the store says: " + line)
        elif kind == "?":
            raise Loss("a conflict that nobody caused: " + line)

    @staticmethod
    def state(words):
        return None if words[1] == "0" else (int(words[1]), words[2])

    def audit(self, rows):
        """`rows`: the lines of `lease_hammer list`."""
        stored, said = {}, [row for row in rows if row.startswith("#")]
        for row in rows:
            if row in said:
                continue
            address, version, stamp = row.split(" ")
            if address in stored:
                raise Loss("doubled: " + row)
            stored[address] = (int(version), stamp)
        for address in self.acknowledged.keys() | self.tried.keys() | stored.keys():
            possible = {self.acknowledged.get(address)} | self.tried.get(address, set())
            if stored.get(address) not in possible:
                raise LostRow(f"{address} has {stored.get(address)}, acknowledged was {self.acknowledged.get(address)}")
        if said:
            raise Loss("the store says: " + said[0])
        # What was stored unheard is known from now on: the next run builds on it.
        self.acknowledged.update({address: stored.get(address) for address in self.tried})
        self.tried = {}


class Run:
    """A running hammer; its words go into the ledger as they come."""

    def __init__(self, hammer, database, ledger, seed, acks=None, prefix=()):
        arguments = [*prefix, hammer, "run", database, str(seed)] + ([str(acks)] if acks else [])
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        self.ledger = ledger
        self.loss = None
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            # A line without its end was being written at the kill: nobody heard it.
            if line.endswith("\n"):
                try:
                    self.ledger.read(line.rstrip("\n"))
                except Loss as loss:
                    self.loss = loss

    def end(self, timeout=None, kills=False):
        if kills:
            self.process.send_signal(signal.SIGKILL)
        status = self.process.wait(timeout)
        self.reader.join()
        if self.loss:
            raise self.loss
        return status


def rows(hammer, database):
    listed = subprocess.run([hammer, "list", database], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    if listed.returncode != 0:
        raise Loss("the store does not start: " + listed.stderr)
    return listed.stdout.splitlines()


def test_kill(hammer, directory):
    ledger, kills = Ledger(), 0
    database = os.path.join(directory, "leases.db")
    while ledger.acks < 10_000 or kills < 40:
        run = Run(hammer, database, ledger, seed=kills)
        time.sleep(random.uniform(0, 0.5))
        run.end(timeout=30, kills=True)
        ledger.audit(rows(hammer, database))
        kills += 1
    print(f"{ledger.acks} acknowledged changes, {kills} kills, {len(ledger.acknowledged)} addresses: none lost")


def test_crash_points(hammer, directory):
    need("strace")
    points = 0
    for call in ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "openat"):
        ledger = Ledger()
        database = os.path.join(directory, call + ".db")
        for when in range(1, 400, 1 if call != "openat" else 3):
            prefix = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                      "-e", f"inject={call}:signal=KILL:when={when}")
            status = Run(hammer, database, ledger, seed=when, acks=150, prefix=prefix).end(timeout=60)
            ledger.audit(rows(hammer, database))
            if status == 0:
                break  # it ran to its end: no later call to die at
            points += 1
    print(f"{points} crash points: nothing acknowledged was lost")


class Disk:
    """An ext4 of its own in a file, whose power can be cut."""

    def __init__(self, directory):
        self.image, self.place = os.path.join(directory, "disk"), os.path.join(directory, "mounted")
        os.mkdir(self.place)
        with open(self.image, "wb") as image:
            image.truncate(64 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        if not self.mount():
            skip("no loop device")

    def mount(self):
        return subprocess.run(["mount", "-o", "loop", self.image, self.place]).returncode == 0

    def unmount(self):
        subprocess.run(["umount", self.place], check=True)

    def cut_power(self):
        opened = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(opened, EXT4_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(opened)

    def cycle(self):
        self.unmount()
        if not self.mount():
            raise Loss("the file system does not mount any more")


def power_cuts(hammer, directory, cuts, prefix=(), fails=False):
    disk, ledger = Disk(directory), Ledger()
    ledger.injects = fails
    database = os.path.join(disk.place, "leases.db")
    try:
        for cut in range(cuts):
            before, failed_before = ledger.acks, ledger.failures
            run = Run(hammer, database, ledger, seed=cut, prefix=prefix)

            def is_at_work():
                return ledger.acks > before + 20 and (not fails or ledger.failures > failed_before)

            # Three of four cuts hit the load, the others the start.
            if cut % 4:
                wait_until(lambda: is_at_work() or run.process.poll() is not None)
            time.sleep(random.uniform(0, 0.3))
            ledger.failures_with_power = ledger.failures - ledger.failures_without_power
            ledger.has_power = False
            disk.cut_power()
            time.sleep(random.uniform(0, 0.05))  # the disk is gone, the hammer not yet: it must acknowledge nothing more
            kill_tree(run)
            ledger.has_power, ledger.is_dead, ledger.hopeless = True, False, set()
            ledger.failures_without_power = ledger.failures - ledger.failures_with_power
            disk.cycle()
            ledger.audit(rows(hammer, database))
    finally:
        disk.unmount()
    print(f"{ledger.acks} acknowledged changes, {ledger.failures_with_power} refused, {cuts} power cuts: none lost")
    return ledger


def kill_tree(run):
    """strace lets its child live when it is killed, so the hammer below it goes first."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(run.process.pid)], capture_output=True, text=True).stdout
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)
    run.end(timeout=30, kills=not children.split())


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Loss("the store stores nothing")
        time.sleep(0.01)


def test_power_cut(hammer, directory):
    power_cuts(hammer, directory, int(os.environ.get("PXED_E2E_CUTS", "50")))


def test_faults(hammer, directory):
    """Each call fails now and then; what is acknowledged between the failures must survive a power cut."""
    need("strace")
    for calls, error, when in (
        ("fdatasync,fsync", "EIO", "20+7"),
        ("fdatasync,fsync", "ENOSPC", "20+5"),
        ("pwrite64", "ENOSPC", "60+41"),
        ("pwrite64", "EIO", "61+37"),
        ("ftruncate", "EIO", "3+3"),  # the log emptied after a checkpoint
    ):
        prefix = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + calls,
                  "-e", f"inject={calls}:error={error}:when={when}")
        place = os.path.join(directory, f"{calls}-{error}")
        os.mkdir(place)
        print(calls, error, when, end=": ", flush=True)
        ledger = power_cuts(hammer, place, 4, prefix, fails=calls != "ftruncate")
        if ledger.acks == 0 or (ledger.failures_with_power == 0 and calls != "ftruncate"):
            raise Loss("the failures hit nothing, or everything: the test shows nothing")


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip(program + " is not installed")


def main():
    arguments = sys.argv[1:]
    must_lose = "--must-lose" in arguments
    if must_lose:
        arguments.remove("--must-lose")
    test, hammer = arguments
    if test in ("power-cut", "faults"):
        if os.getuid() != 0:
            skip("mounting needs root")
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        need("mkfs.ext4", "unshare", "ps")
        if "PXED_E2E_MOUNTS" not in os.environ:  # mounts of our own, gone with us
            os.environ["PXED_E2E_MOUNTS"] = "private"
            os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    seed = int(os.environ.get("PXED_E2E_SEED", random.randrange(1 << 30)))
    random.seed(seed)
    print(f"PXED_E2E_SEED={seed}", flush=True)
    tests = {"kill": test_kill, "crash-points": test_crash_points, "power-cut": test_power_cut, "faults": test_faults}
    with tempfile.TemporaryDirectory(prefix="pxed-store-") as directory:
        try:
            tests[test](os.path.abspath(hammer), directory)
        except Loss as loss:
            print("LOST:", loss)
            sys.exit(0 if must_lose and isinstance(loss, LostRow) else 1)
    if must_lose:
        print("nothing was lost, but this store does not wait for the disk: the test cannot tell the difference")
        sys.exit(1)


main()
