#!/usr/bin/env python3
"""contrib.py ROOT: the files for firewalls, containers and Grafana are well formed, open the ports pxed uses, and ask for
metrics by names that pxed has."""
import configparser
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(sys.argv[1])
CONTRIB = ROOT / "contrib"
UDP, TCP = {"67", "69", "4011"}, {"80", "443"}
METRICS = {
    "pxed_dhcp_packets_total": {"type", "reason"},
    "pxed_leases": set(),
    "pxed_pool_addresses": {"range", "state"},
    "pxed_transfers_active": {"protocol"},
    "pxed_sent_bytes_total": {"protocol"},
    "pxed_transfers_total": {"protocol", "result"},
    "pxed_request_seconds_bucket": {"protocol", "le"},
    "pxed_boots_in_flight": set(),
    "pxed_config_last_reload_successful": set(),
    "pxed_loop_longest_turn_seconds": set(),
    "pxed_log_lines_lost_total": set(),
    "pxed_log_lines_suppressed_total": set(),
}
complaints = []


def expect(holds, words):
    if not holds:
        complaints.append(words)


def firewalld():
    service = xml.etree.ElementTree.parse(CONTRIB / "firewalld/pxed.xml").getroot()
    ports = {(port.get("port"), port.get("protocol")) for port in service.findall("port")}
    expect(service.tag == "service", "firewalld/pxed.xml is no service")
    expect(ports == {(p, "udp") for p in UDP} | {(p, "tcp") for p in TCP}, f"firewalld/pxed.xml opens {sorted(ports)}")


def ufw():
    profiles = configparser.RawConfigParser()
    profiles.read(CONTRIB / "ufw/pxed")
    opened = set()
    for name in profiles.sections():
        expect(profiles.get(name, "title") and profiles.get(name, "description"), f"ufw: {name} has no title or description")
        for group in profiles.get(name, "ports").split("|"):
            # ufw's own rule: a list of ports names its protocol.
            match = re.fullmatch(r"([\d,:]+)/(tcp|udp)", group)
            expect(match, f"ufw: {group} is no PORTS/PROTOCOL")
            opened |= {(port, match[2]) for port in match[1].split(",")} if match else set()
    expect(opened == {(p, "udp") for p in UDP} | {(p, "tcp") for p in TCP}, f"ufw/pxed opens {sorted(opened)}")


def containers():
    # configparser keeps the last of several lines with one name; systemd takes them all.
    quadlet = (CONTRIB / "containers/pxed.container").read_text(encoding="utf-8")
    unit = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    unit.optionxform = str
    unit.read_string(quadlet)
    expect(unit.get("Container", "Network") == "host", "the quadlet has no host networking: no broadcast reaches it")
    compose = (CONTRIB / "containers/compose.yaml").read_text(encoding="utf-8")
    expect("network_mode: host" in compose, "compose.yaml has no host networking")
    wanted = set(re.findall(r"[A-Z_]+", unit.get("Container", "AddCapability").replace("CAP_", "")))
    given = set(re.search(r"cap_add: \[([^]]*)\]", compose)[1].split(", "))
    expect(wanted == given, f"quadlet and compose file differ in capabilities: {sorted(wanted ^ given)}")
    # An editor renames a new file into the place of the old one; a mount of the file alone goes on showing the old one.
    mounts = {tuple(line.split(":")[:2]) for line in re.findall(r"^Volume=(/.*)$", quadlet, re.M)}
    same = {tuple(line.split(":")[:2]) for line in re.findall(r"^ *- (/.*)$", compose, re.M)}
    expect(mounts == same, f"quadlet and compose file differ in what they mount: {sorted(mounts ^ same)}")
    files = [outside for outside, _ in mounts if "." in pathlib.PurePath(outside).name]
    expect(not files, f"a single file is mounted, and no reload would see another in its place: {files}")
    image = (CONTRIB / "containers/Containerfile").read_text(encoding="utf-8")
    for target, link in (("pxed/pxed.conf", "/etc/pxed.conf"), ("pxed/pxed.d", "/etc/pxed.d")):
        expect(re.search(rf"ln -sf? {target} {link}\b", image), f"the image has no link {link} to {target}")
        expect(("/etc/pxed", "/etc/pxed") in mounts, "nothing mounts /etc/pxed, where the links of the image lead")


def dashboard():
    board = json.loads((CONTRIB / "grafana/pxed.json").read_text(encoding="utf-8"))
    identities = [panel["id"] for panel in board["panels"]]
    expect(len(identities) == len(set(identities)), "two panels have one id")
    used = set()
    for panel in board["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for name, labels in re.findall(r"(pxed_\w+)\{([^}]*)\}", text):
                used.add(name)
                known = METRICS.get(name)
                expect(known is not None, f"{panel['title']}: there is no metric {name}")
                asked = set(re.findall(r"(\w+)(?:=|!=|=~)\"", labels)) - {"instance"}
                expect(asked <= (known or set()), f"{panel['title']}: {name} has no label {asked - (known or set())}")
            for labels in re.findall(r"\bby \(([^)]*)\)", text):
                asked = {label.strip() for label in labels.split(",")} - {"instance"}
                some = set().union(*(METRICS.get(name, set()) for name, _ in re.findall(r"(pxed_\w+)(\{)", text)))
                expect(asked <= some, f"{panel['title']}: nothing has the label {asked - some}")
    expect(used == set(METRICS), f"no panel shows {sorted(set(METRICS) - used)}")
    # The names are pxed's own: they stand in its source.
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/io").glob("metrics*.cpp"))
    missing = [name for name in METRICS if source and name.removesuffix("_bucket") not in source]
    expect(not missing, f"pxed has no metric {missing}")


for part in (firewalld, ufw, containers, dashboard):
    part()
print("\n".join(complaints) or "nothing wrong")
sys.exit(1 if complaints else 0)
