"""Two network namespaces joined by a veth pair: `server` and `client`. Nothing here touches the machine's own network.

The client owns 10.79.255.1 and, as a router would, all of 10.80.0.0/16: so that a thousand clients have a thousand
addresses and the server needs no neighbour entry for each of them.
"""
import os
import pathlib
import re
import signal
import subprocess
import time

SERVER = "10.64.0.1"
CLIENT = "10.79.255.1"
FIRST_CLIENT = "10.80.0.1"
BITS = 12
BROADCAST = "10.79.255.255"


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdout=subprocess.DEVNULL)


class Wire:
    """A context: namespaces and all that was started in them are gone after it."""

    def __init__(self, mtu=1500):
        sweep()
        self.name = f"pxed-{os.getpid()}-bench{mtu}"
        self.mtu = mtu
        self.programs = []

    def __enter__(self):
        for side in ("s", "c"):
            ip("netns", "add", self.name + side)
            ip("-n", self.name + side, "link", "set", "lo", "up")
        ip("link", "add", "wire", "netns", self.name + "s", "mtu", str(self.mtu), "type", "veth",
           "peer", "name", "wire", "netns", self.name + "c", "mtu", str(self.mtu))
        for side, address in (("s", SERVER), ("c", CLIENT)):
            ip("-n", self.name + side, "addr", "add", f"{address}/{BITS}", "dev", "wire")
            ip("-n", self.name + side, "link", "set", "wire", "up")
        # Debian's congestion control. Some hosts choose BBR for all namespaces, whose pace depends on what was sent over the
        # connection before; only a route can say otherwise.
        ip("-n", self.name + "s", "route", "add", "10.80.0.0/16", "via", CLIENT, "congctl", "cubic")
        ip("-n", self.name + "c", "route", "add", "local", "10.80.0.0/16", "dev", "lo")
        return self

    def __exit__(self, *_):
        for program in self.programs:
            if program.poll() is None:
                program.kill()
                program.wait()
        for side in ("s", "c"):
            remove(self.name + side)

    def spawn(self, side, command, log, **more):
        """side: `s` or `c`. `ip netns exec` becomes the program, so its process id is the program's."""
        with open(log, "ab") as out:
            program = subprocess.Popen(["ip", "netns", "exec", self.name + side, *map(str, command)], stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=out, **more)
        self.programs.append(program)
        return program

    def run(self, side, command, timeout=600, **more):
        return subprocess.run(["ip", "netns", "exec", self.name + side, *map(str, command)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout, check=False, **more)


def listens(pid, protocol, port):
    """Has the namespace of this process a socket on this port? protocol: udp or tcp. Read from /proc, because a wait asks
    it many times and starting ss each time would disturb what is measured."""
    unconnected = "0A" if protocol == "tcp" else "07"
    for version in ("", "6"):
        try:
            lines = pathlib.Path(f"/proc/{pid}/net/{protocol}{version}").read_text().splitlines()[1:]
        except OSError:
            continue
        if any(fields[1].endswith(f":{port:04X}") and fields[3] == unconnected for fields in map(str.split, lines)):
            return True
    return False


def remove(namespace):
    pids = subprocess.run(["ip", "netns", "pids", namespace], stdout=subprocess.PIPE, text=True, check=False,
                          stderr=subprocess.DEVNULL).stdout.split()
    for pid in pids:
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
    # A process leaves its namespace a moment after it was killed.
    for _ in range(50):
        if subprocess.run(["ip", "netns", "del", namespace], check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)


def sweep():
    """What a run that was itself killed has left: its namespaces carry its process id."""
    names = subprocess.run(["ip", "netns", "list"], stdout=subprocess.PIPE, text=True, check=False).stdout
    for name, pid in re.findall(r"^(pxed-(\d+)-bench\w+)", names, re.MULTILINE):
        if not pathlib.Path("/proc", pid).exists():
            remove(name)
