"""What a server costs: CPU seconds and memory of its process and of all it starts."""
import os
import pathlib
import time

TICK = os.sysconf("SC_CLK_TCK")


class Group:
    """A control group of its own for one server. tftpd-hpa forks for each transfer, and what a child cost is lost with
    it unless the kernel adds it up; without control groups the children that are waited for are counted."""

    def __init__(self, name):
        self.directory, self.is_v1 = None, False
        for root, is_v1 in (("/sys/fs/cgroup/cpuacct", True), ("/sys/fs/cgroup/cpu,cpuacct", True), ("/sys/fs/cgroup", False)):
            path = pathlib.Path(root, name)
            known = pathlib.Path(root, "cpuacct.usage" if is_v1 else "cgroup.controllers")
            if known.exists():
                try:
                    path.mkdir(exist_ok=True)
                except OSError:
                    continue
                self.directory, self.is_v1 = path, is_v1
                return

    def enter(self):
        """To be called by the child between fork and exec."""
        if self.directory:
            (self.directory / "cgroup.procs").write_text(str(os.getpid()))

    def cpu_seconds(self, pid):
        if self.directory and self.is_v1:
            return int((self.directory / "cpuacct.usage").read_text()) / 1e9
        if self.directory:
            return int((self.directory / "cpu.stat").read_text().split()[1]) / 1e6
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15])) / TICK

    def remove(self):
        """The kernel lets go of a process a moment after it was waited for."""
        for _ in range(20 if self.directory else 0):
            try:
                return self.directory.rmdir()
            except OSError:
                time.sleep(0.05)


def children(pid):
    """pid and every process below it."""
    found = [pid]
    for process in found:
        for task in pathlib.Path(f"/proc/{process}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                pass
    return found


def memory(pid):
    """Megabytes (10^6): VmRSS, RssAnon and VmHWM, of a forking server the sums over its processes."""
    sums = {"VmRSS": 0.0, "RssAnon": 0.0, "VmHWM": 0.0}
    for process in children(pid):
        try:
            lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, value = line.partition(":")
            if name in sums:
                sums[name] += int(value.split()[0]) * 1024 / 1e6
    return sums
