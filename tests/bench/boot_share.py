#!/usr/bin/env python3
"""boot_share.py PCAP...: how much of a boot was the server's doing, from a capture at the server (tests/bench/boot).

For each request the time until the server's first answer: DISCOVER to OFFER, REQUEST to ACK, the same on port 4011, TFTP
RRQ to the first packet, TFTP ACK to the next DATA, HTTP request to the first byte. And what was sent twice: requests that
had no answer yet, TFTP blocks and TCP bytes that the server sent again. What the machine itself needs is not counted.
"""
import argparse
import ipaddress
import struct
from dataclasses import dataclass, field

DISCOVER, OFFER, REQUEST, ACK, NAK, INFORM = 1, 2, 3, 5, 6, 8
RRQ, DATA, TFTP_ACK = 1, 3, 4
HALF = 1 << 15  # of the block numbers: they begin again after 65535


@dataclass
class Share:
    """Of one protocol: answers, seconds until they came, and what went over the wire twice."""
    answers: int = 0
    seconds: float = 0.0
    repeated: int = 0

    def answered(self, asked, now):
        self.answers += 1
        self.seconds += now - asked


@dataclass
class TftpFlow:
    asked: float | None     # since when the client has been waiting
    last_ack: int = -1
    highest: int | None = None  # block


@dataclass
class HttpFlow:
    asked: float | None = None
    sent_to: int | None = None  # sequence number behind the last byte


@dataclass
class Shares:
    """All that one capture says."""
    server: str
    http_port: int = 80
    kinds: dict = field(default_factory=lambda: {kind: Share() for kind in ("dhcp", "4011", "tftp", "http")})
    dhcp: dict = field(default_factory=dict)
    dhcp_repeated: dict = field(default_factory=dict)
    tftp: dict = field(default_factory=dict)
    http: dict = field(default_factory=dict)

    def udp(self, now, source, source_port, target, target_port, data):
        if 67 in (source_port, target_port) or 4011 in (source_port, target_port):
            self.dhcp_message(now, source, source_port, target, target_port, data)
            return
        if len(data) < 4:
            return
        code, number = struct.unpack_from("!HH", data)
        if target == self.server and target_port == 69 and code == RRQ:
            flow = self.tftp.get((source, source_port))
            if flow and flow.asked is not None and flow.last_ack < 0:
                self.kinds["tftp"].repeated += 1
            else:
                self.tftp[source, source_port] = TftpFlow(now)
        elif source == self.server and (target, target_port) in self.tftp:
            self.tftp_from_server(now, self.tftp[target, target_port], code, number)
        elif target == self.server and (source, source_port) in self.tftp and code == TFTP_ACK:
            self.tftp_ack(now, self.tftp[source, source_port], number)

    def tftp_from_server(self, now, flow, code, number):
        share = self.kinds["tftp"]
        if code == DATA:
            if flow.highest is not None and not 0 < (number - flow.highest) % 65536 < HALF:
                share.repeated += 1
                return
            flow.highest = number
        if flow.asked is not None:
            share.answered(flow.asked, now)
            flow.asked = None

    def tftp_ack(self, now, flow, number):
        if flow.asked is not None and number == flow.last_ack:
            self.kinds["tftp"].repeated += 1
            return
        flow.last_ack = number
        flow.asked = now

    def dhcp_message(self, now, source, source_port, target, target_port, data):
        if len(data) < 244:
            return
        options = dhcp_options(data[240:])
        kind = options.get(53, b"\0")[0]
        from_server = data[0] == 2
        port = source_port if from_server else target_port
        key = (data[4:8], data[28:34], port)
        share = self.kinds["4011" if port == 4011 else "dhcp"]
        if from_server:
            if source != self.server:
                return
            for asked in (DISCOVER,) if kind == OFFER else (REQUEST, INFORM):
                if (*key, asked) in self.dhcp:
                    share.answered(self.dhcp.pop((*key, asked)), now)
                    share.repeated += self.dhcp_repeated.pop((*key, asked), 0)
            return
        # What another server was asked is none of ours.
        if target not in (self.server, "255.255.255.255"):
            return
        if 54 in options and str(ipaddress.IPv4Address(options[54])) != self.server:
            return
        key = (*key, kind)
        if key in self.dhcp:
            self.dhcp_repeated[key] = self.dhcp_repeated.get(key, 0) + 1
        else:
            self.dhcp[key] = now

    def tcp(self, now, source, source_port, target, target_port, sequence, length, data):
        if length == 0:
            return
        share = self.kinds["http"]
        if target == self.server and target_port == self.http_port:
            flow = self.http.setdefault((source, source_port), HttpFlow())
            if data.startswith((b"GET ", b"HEAD ")):
                if flow.asked is not None:
                    share.repeated += 1
                else:
                    flow.asked = now
        elif source == self.server and (target, target_port) in self.http:
            flow = self.http[target, target_port]
            end = (sequence + length) % (1 << 32)
            if flow.sent_to is not None and not 0 < (end - flow.sent_to) % (1 << 32) < 1 << 31:
                share.repeated += 1
                return
            flow.sent_to = end
            if flow.asked is not None:
                share.answered(flow.asked, now)
                flow.asked = None


def dhcp_options(data):
    found, at = {}, 0
    while at + 1 < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        found.setdefault(data[at], data[at + 2:at + 2 + data[at + 1]])
        at += 2 + data[at + 1]
    return found


def frames(path):
    """Each frame of a classic pcap file of Ethernet: when, bytes."""
    with open(path, "rb") as file:
        head = file.read(24)
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        magic, = struct.unpack(order + "I", head[:4])
        unit = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}[magic]
        while len(record := file.read(16)) == 16:
            seconds, fraction, kept, _ = struct.unpack(order + "IIII", record)
            yield seconds + fraction * unit, file.read(kept)


def shares_of(path, server="192.168.1.1", http_port=80):
    shares = Shares(server, http_port)
    for now, frame in frames(path):
        if len(frame) < 34 or frame[12:14] != b"\x08\x00":
            continue
        ip = frame[14:]
        words = (ip[0] & 15) * 4
        source, target = (str(ipaddress.IPv4Address(ip[at:at + 4])) for at in (12, 16))
        end = struct.unpack_from("!H", ip, 2)[0]
        if ip[9] == 17 and len(ip) >= words + 8:
            ports = struct.unpack_from("!HH", ip, words)
            shares.udp(now, source, ports[0], target, ports[1], ip[words + 8:])
        elif ip[9] == 6 and len(ip) >= words + 20:
            ports = struct.unpack_from("!HH", ip, words)
            start = words + (ip[words + 12] >> 4) * 4
            shares.tcp(now, source, ports[0], target, ports[1], struct.unpack_from("!I", ip, words + 4)[0], end - start, ip[start:])
    return shares.kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pcap", nargs="+")
    parser.add_argument("--server", default="192.168.1.1")
    parser.add_argument("--http-port", type=int, default=80)
    arguments = parser.parse_args()
    for path in arguments.pcap:
        for kind, share in shares_of(path, arguments.server, arguments.http_port).items():
            print(f"{kind:5} {share.answers:6} answers {share.seconds * 1000:10.2f} ms {share.repeated:4} repeated")


if __name__ == "__main__":
    main()
