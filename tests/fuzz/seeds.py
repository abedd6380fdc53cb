#!/usr/bin/env python3
"""Writes the seed corpora of the DHCP, TFTP and frame fuzz targets: tests/fuzz/seeds.py [DIRECTORY].

Each seed is one datagram: what real firmware, loaders, relays and servers send, and the malformed kinds that once
hurt somebody's server. The files are committed; run this again after adding one. Files that fuzzing found stay.
"""
import pathlib
import struct
import sys

MAC = bytes.fromhex("020000000a01")
GUID = b"\0" + b"\x11" * 16
COOKIE = bytes.fromhex("63825363")
PXE_LIST = bytes([1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67,
                  97, 128, 129, 130, 131, 132, 133, 134, 135])
IPXE_FEATURES = bytes.fromhex("b1050110ec8139180101210101130101110101eb03010000170101150101")


def ip(text):
    return bytes(int(part) for part in text.split("."))


def option(code, value=b""):
    return bytes([code, len(value)]) + value


def pieces(code, value, size=255):
    return b"".join(option(code, value[i:i + size]) for i in range(0, len(value), size))


def header(op=1, htype=1, hlen=6, hops=0, xid=0x11223344, secs=0, flags=0x8000, ci="0.0.0.0", yi="0.0.0.0",
           si="0.0.0.0", gi="0.0.0.0", chaddr=MAC, sname=b"", file=b""):
    return (struct.pack(">BBBBIHH", op, htype, hlen, hops, xid, secs, flags) + ip(ci) + ip(yi) + ip(si) + ip(gi)
            + chaddr.ljust(16, b"\0")[:16] + sname.ljust(64, b"\0")[:64] + file.ljust(128, b"\0")[:128])


def message(*options, end=True, minimum=0, **fields):
    packet = header(**fields) + COOKIE + b"".join(options) + (b"\xff" if end else b"")
    return packet.ljust(minimum, b"\0")


def kind(number):
    return option(53, bytes([number]))


def pxe(number, arch, *more, word=b"PXEClient", undi=b"003016", **fields):
    text = b"%s:Arch:%05d:UNDI:%s" % (word, arch, undi)
    return message(kind(number), option(57, b"\x05\xc0"), option(55, PXE_LIST), option(97, GUID),
                   option(93, struct.pack(">H", arch)), option(94, b"\x01\x03\x10"), option(60, text), *more, **fields)


def dhcp_seeds():
    """Well-formed messages, both directions."""
    menu = bytes.fromhex("0601030a040050584508078000010a630001090c800009") + b"Boot BIOS\xff"
    relay = option(1, b"eth0:12") + option(2, b"\x02\0\0\0\0\x99") + option(5, ip("10.99.0.0"))
    server = option(54, ip("10.99.0.1"))
    yield "discover-bios", pxe(1, 0, undi=b"002001", minimum=548)
    yield "discover-uefi-x64", pxe(1, 7, minimum=347)
    yield "discover-uefi-arm64", pxe(1, 11)
    yield "discover-uefi-ebc", pxe(1, 9)
    yield "discover-http-x64", pxe(1, 16, word=b"HTTPClient")
    yield "discover-http-arm64", pxe(1, 19, word=b"HTTPClient")
    yield "discover-ipxe", pxe(1, 0, option(77, b"iPXE"), option(175, IPXE_FEATURES), option(61, b"\1" + MAC), secs=4)
    yield "discover-ipxe-s390x", pxe(1, 0xffff, option(77, b"iPXE"))
    yield "discover-raspberry-pi", message(kind(1), option(93, b"\0\0"), option(94, b"\1\2\1"), option(97, GUID),
                                           option(60, b"PXEClient:Arch:00000:UNDI:002001"),
                                           option(55, bytes([1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134,
                                                             135])), minimum=320, flags=0)
    yield "discover-uboot", message(kind(1), option(57, b"\x02\x40"), option(93, b"\0\x16"), option(60, b"U-Boot.armv8"),
                                    option(55, bytes([1, 3, 6, 12, 17, 66, 67])))
    yield "discover-arch-list", message(kind(1), option(93, b"\xff\xff\0\x07\0\x09\0"), option(97, GUID))
    yield "discover-dhclient", message(kind(1), option(50, ip("10.99.0.77")), option(12, b"host-1"),
                                       option(55, bytes([1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42])), minimum=300,
                                       flags=0)
    yield "discover-networkd", message(kind(1), option(61, b"\xff\xca\x53\x09\x5a\0\2\0\0\xab\x11" + b"\x5e" * 8),
                                       option(55, bytes([1, 3, 12, 15, 6, 33, 121, 42])), option(57, b"\x02\x40"),
                                       option(80), option(108))
    yield "discover-onie", message(kind(1), option(60, b"onie_vendor:x86_64-kvm_x86_64-r0"), option(77, b"onie_dhcp_user"),
                                   option(55, bytes([1, 3, 6, 7, 12, 15, 42, 43, 54, 66, 67, 72, 114, 150])),
                                   option(125, b"\0\0\xa6\x7f\x0a\1\3abc\2\3def"))
    yield "discover-user-class-list", message(kind(1), option(77, b"\4iPXE\3abc"), option(124, b"\0\0\1\x57\x05\4abcd"))
    yield "discover-infiniband", message(kind(1), option(61, b"\xff" + b"\x20" * 19), htype=32, hlen=0, chaddr=b"")
    yield "discover-relayed", pxe(1, 7, option(82, relay), gi="10.98.0.1", hops=1)
    yield "discover-relayed-before-others", message(kind(1), option(82, relay), option(12, b"h"), gi="10.98.0.1", hops=2)
    yield "discover-split-user-class", message(kind(1), option(77, b"iP"), option(12, b"h"), option(77, b"XE"))
    yield "discover-overload-both", message(kind(1), option(52, b"\3"), sname=option(12, b"name") + b"\xff",
                                            file=option(60, b"PXEClient") + option(77, b"iPXE") + b"\xff")
    yield "request-selecting", pxe(3, 7, option(50, ip("10.99.0.129")), server)
    yield "request-init-reboot", message(kind(3), option(50, ip("10.99.0.129")), option(61, b"\1" + MAC))
    yield "request-renewing", message(kind(3), option(61, b"\1" + MAC), ci="10.99.0.129", flags=0)
    yield "request-boot-server", pxe(3, 0, option(43, option(71, b"\x80\0\0\0") + b"\xff"), ci="10.99.0.129")
    yield "decline", message(kind(4), option(50, ip("10.99.0.129")), server, option(56, b"address in use"))
    yield "release", message(kind(7), server, option(61, b"\1" + MAC), ci="10.99.0.129")
    yield "inform", message(kind(8), option(55, bytes([252, 6, 15])), option(60, b"MSFT 5.0"), ci="10.99.0.9")
    yield "leasequery", message(kind(10), ci="10.99.0.129")
    yield "bootp-no-cookie", header(file=b"boot\0").ljust(300, b"\0")
    yield "bootp-vendor-area", message(option(1, ip("255.255.255.0")), minimum=300)
    yield "offer-dnsmasq", message(kind(2), server, option(51, b"\0\0\x70\x80"), option(67, b"pxelinux.0\0"),
                                   option(58, b"\0\0\x38\x40"), option(59, b"\0\0\x62\x70"), option(1, ip("255.255.255.0")),
                                   option(28, ip("10.99.0.255")), option(3, ip("10.99.0.1")), op=2, yi="10.99.0.129",
                                   si="10.99.0.1", minimum=300)
    yield "offer-proxy-menu", message(kind(2), server, option(60, b"PXEClient"), option(97, GUID), option(43, menu), op=2,
                                      file=b"fallback.0")
    yield "offer-http", message(kind(2), server, option(60, b"HTTPClient"), option(97, GUID), op=2, si="10.99.0.1",
                                file=b"http://10.99.0.1/bootx64.efi", minimum=300)
    yield "ack-routes-and-search", message(kind(5), server, option(51, b"\xff" * 4),
                                           option(121, b"\x08\x0a" + ip("10.99.0.1") + b"\0" + ip("10.99.0.254")),
                                           option(119, b"\3lab\7example\3org\0\4home\xc0\4"),
                                           option(120, b"\1" + ip("10.99.0.5")), option(150, ip("10.99.0.1") * 2),
                                           op=2, yi="10.99.0.129")
    yield "ack-long-vendor-options", message(kind(5), server, pieces(43, bytes(range(256)) * 3), op=2)
    yield "nak", message(kind(6), server, option(56, b"wrong network"), op=2, gi="10.98.0.1")


def malformed_dhcp_seeds():
    """The kinds that ended or misled servers before."""
    yield "bad-empty", b""
    yield "bad-header-cut", header()[:200]
    yield "bad-cookie-cut", header() + COOKIE[:3]
    yield "bad-op", message(kind(1), op=3)
    yield "bad-hlen-17", message(kind(1), hlen=17)
    yield "bad-hlen-255", message(kind(1), hlen=255)
    yield "bad-htype-0", message(kind(1), htype=0)
    yield "odd-no-identity", message(kind(1), hlen=0, chaddr=b"")
    yield "odd-no-end", message(kind(1), option(12, b"h"), end=False)
    yield "odd-all-padding", message(b"\0" * 60, end=False)
    yield "bad-option-length-missing", message(kind(1), b"\x0c", end=False)
    yield "bad-option-past-end", message(kind(1), b"\x0c\x20abc", end=False)
    yield "bad-overload-0", message(kind(1), option(52, b"\0"))
    yield "bad-overload-4", message(kind(1), option(52, b"\4"))
    yield "bad-overload-twice", message(kind(1), option(52, b"\1"), option(52, b"\2"))
    yield "odd-overload-in-overload", message(kind(1), option(52, b"\3"), file=option(52, b"\3") + option(12, b"f"),
                                              sname=option(52, b"\1") + option(12, b"s"))
    yield "bad-overload-straddles", message(kind(1), option(52, b"\1"), file=b"\x0c\x80" + b"a" * 126)
    yield "odd-client-id-empty", message(kind(1), option(61))
    yield "odd-client-id-254", message(kind(1), option(61, b"\xfe" * 254))
    yield "odd-hostname-hostile", message(kind(1), option(12, b"\xff" * 255), option(81, b"\0\0\0" + b"\x40" * 65 + b"\0"))
    yield "odd-hostname-nul", message(kind(1), option(12, b"a\0b\0"), option(15, b""), option(66, b"\0"))
    yield "odd-format-and-quotes", message(kind(1), option(12, b"%n%s\"\\\n\x1b[31m"), file=b"\"\\\r\n%x")
    yield "odd-types", message(option(53), option(53, b"\1\1"), option(51, b"\0"), option(57, b"\0"), option(93, b"\7"))
    yield "odd-type-0", message(kind(0))
    yield "odd-type-twice", message(kind(1), kind(3))
    yield "odd-small-maximum", message(kind(1), option(57, b"\0\1"), option(55, bytes(range(1, 255))))
    yield "odd-relay-lies", message(kind(1), option(82, b"\1\xffabc\2\0\xff\0"), gi="255.255.255.255", hops=255)
    yield "odd-vendor-nested", message(kind(1), option(43, b"\0\0\6\1\x2b\x2b\xff\xff"), option(175, b"\xb1\xff"))
    yield "odd-routes-lie", message(kind(5), option(121, b"\x21\x0a\0\0\0\0\1\2\3\4"), option(249, b"\x20\1\2"), op=2)
    yield "odd-compression-loop", message(kind(5), option(119, b"\xc0\0\3abc\xc0\xff"), op=2)
    yield "odd-many-pieces", message(*(option(100 + i % 50, bytes([i % 256])) for i in range(400)))
    yield "odd-every-code-empty", message(*(option(code) for code in range(1, 255) if code != 52))


def text(*parts):
    return b"".join(part + b"\0" for part in parts)


def tftp_seeds():
    """Requests of real clients, the other packets, and the malformed kinds of thirty years."""
    def rrq(*parts):
        return b"\0\1" + text(*parts)

    yield "rrq-plain", rrq(b"pxelinux.0", b"octet")
    yield "rrq-netascii", rrq(b"pxelinux.cfg/default", b"netascii")
    yield "rrq-upper-case", rrq(b"A", b"OCTET", b"BLKSIZE", b"512")
    yield "rrq-bios-tsize", rrq(b"pxelinux.0", b"octet", b"tsize", b"0")
    yield "rrq-pxelinux", rrq(b"/pxelinux.cfg/01-02-00-00-00-0a-01", b"octet", b"tsize", b"0", b"blksize", b"1408")
    yield "rrq-edk2", rrq(b"grub/grubx64.efi", b"octet", b"tsize", b"0", b"blksize", b"1468", b"windowsize", b"4")
    yield "rrq-ipxe", rrq(b"boot.ipxe", b"octet", b"blksize", b"1432", b"tsize", b"0")
    yield "rrq-grub", rrq(b"/grub/x86_64-efi/normal.mod", b"octet", b"blksize", b"1024", b"tsize", b"0")
    yield "rrq-uboot", rrq(b"0A630081.img", b"octet", b"timeout", b"5", b"tsize", b"0", b"blksize", b"1468")
    yield "rrq-windows", rrq(b"\\Boot\\x64\\wdsmgfw.efi", b"octet", b"tsize", b"0", b"blksize", b"1456", b"msftwindow",
                             b"31416")
    yield "rrq-rollover", rrq(b"a", b"octet", b"rollover", b"0", b"utimeout", b"250000", b"multicast", b"")
    yield "rrq-zero-padded", rrq(b"pxelinux.0", b"octet").ljust(512, b"\0")
    yield "rrq-extremes", rrq(b"a", b"octet", b"blksize", b"65465", b"timeout", b"256", b"windowsize", b"65536", b"tsize",
                              b"18446744073709551616")
    yield "rrq-negative", rrq(b"a", b"octet", b"blksize", b"-1", b"timeout", b"1x", b"tsize", b"0x10")
    yield "rrq-same-option-twice", rrq(b"a", b"octet", b"blksize", b"512", b"BlkSize", b"1024")
    yield "rrq-many-options", rrq(b"a", b"octet", *(b"o%d" % (i // 2) for i in range(200)))
    yield "rrq-empty-value-last", rrq(b"a", b"octet", b"tsize", b"")
    yield "rrq-escape", rrq(b"../../../etc/passwd", b"octet")
    yield "rrq-escape-backslash", rrq(b"..\\..\\windows\\win.ini", b"octet")
    yield "rrq-format", rrq(b"%n%s%x\x1b[2J\r\n", b"octet")
    yield "rrq-utf8", rrq("größe.0".encode(), b"octet")
    yield "rrq-overlong-utf8", rrq(b"\xc0\xae\xc0\xae/etc", b"octet")
    yield "rrq-long-name", rrq(b"n" * 511, b"octet")
    yield "wrq", b"\0\2" + text(b"upload", b"octet", b"tsize", b"3000")
    yield "data", b"\0\3\0\1" + b"payload"
    yield "data-empty", b"\0\3\xff\xff"
    yield "ack", b"\0\4\0\0"
    yield "ack-trailing", b"\0\4\0\1trailing"
    yield "error", b"\0\5\0\1" + text(b"File not found")
    yield "error-unterminated", b"\0\5\0\0" + b"x" * 300
    yield "error-empty", b"\0\5\0\10"
    yield "error-odd-code", b"\0\5\xff\xff" + text(b"?")
    yield "oack", b"\0\6" + text(b"blksize", b"1468", b"tsize", b"3000")
    yield "oack-empty", b"\0\6"
    yield "bad-empty", b""
    yield "bad-one-byte", b"\0"
    yield "bad-opcode-0", b"\0\0" + text(b"a", b"octet")
    yield "bad-opcode-9", b"\0\x09" + text(b"a", b"octet")
    yield "bad-opcode-high", b"\x01\x01" + text(b"a", b"octet")
    yield "bad-no-texts", b"\0\1"
    yield "bad-no-mode", b"\0\1a\0"
    yield "bad-mode-mail", rrq(b"user", b"mail")
    yield "bad-mode-long", rrq(b"a", b"x" * 1000)
    yield "bad-mode-cut", b"\0\1a\0octet"
    yield "bad-empty-name", rrq(b"", b"octet")
    yield "bad-option-without-value", rrq(b"a", b"octet", b"blksize")
    yield "bad-option-cut", b"\0\1a\0octet\0blksize\x00512"
    yield "bad-oack-without-value", b"\0\6" + text(b"blksize")
    yield "bad-ack-cut", b"\0\4\0"
    yield "bad-data-cut", b"\0\3"
    yield "bad-error-cut", b"\0\5\0"


def checksum(data, total=0):
    data += b"\0" * (len(data) % 2)
    total += sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def frame(payload, *, options=b"", fragment=0, protocol=17, total=None, length=None, first=None, udp_sum=None,
          ip_sum=None, source="0.0.0.0", target="255.255.255.255", ports=(68, 67)):
    length = 8 + len(payload) if length is None else length
    total = 20 + len(options) + 8 + len(payload) if total is None else total
    first = 0x45 + len(options) // 4 if first is None else first
    head = struct.pack(">BBHHHBBH", first, 0, total, 0, fragment, 64, protocol, 0) + ip(source) + ip(target) + options
    ip_sum = checksum(head) if ip_sum is None else ip_sum
    head = head[:10] + struct.pack(">H", ip_sum) + head[12:]
    udp = struct.pack(">HHHH", *ports, length, 0) + payload
    pseudo = ip(source) + ip(target) + struct.pack(">BBH", 0, 17, length)
    if udp_sum is None:
        udp_sum = checksum(pseudo + udp) or 0xffff
    return head + udp[:6] + struct.pack(">H", udp_sum) + udp[8:]


def frame_seeds():
    """What a packet socket hears: whole datagrams, and those whose lengths or checksums lie."""
    discover = pxe(1, 0, undi=b"002001", minimum=300)
    yield "discover", frame(discover)
    yield "discover-padded", frame(discover) + b"\0" * 18
    yield "odd-length", frame(discover + b"\0")
    yield "no-udp-checksum", frame(discover, udp_sum=0)
    yield "ip-options", frame(discover, options=b"\x94\x04\0\0")
    yield "offer", frame(message(kind(2), op=2, yi="10.99.0.77"), source="10.99.0.2", ports=(67, 68))
    yield "payload-empty", frame(b"")
    yield "udp-shorter-than-ip", frame(discover, length=8 + 236, udp_sum=0)
    yield "bad-empty", b""
    yield "bad-ip-cut", frame(discover)[:19]
    yield "bad-udp-cut", frame(discover)[:27]
    yield "bad-cut", frame(discover)[:100]
    yield "bad-version", frame(discover, first=0x65)
    yield "bad-header-length", frame(discover, first=0x44)
    yield "bad-header-past-end", frame(b"", first=0x4f)
    yield "bad-total-small", frame(discover, total=27)
    yield "bad-total-large", frame(discover, total=0xffff)
    yield "bad-udp-length-small", frame(discover, length=7)
    yield "bad-udp-length-large", frame(discover, length=0xffff)
    yield "bad-protocol", frame(discover, protocol=6)
    yield "bad-ip-checksum", frame(discover, ip_sum=1)
    yield "bad-udp-checksum", frame(discover, udp_sum=1)
    yield "bad-fragment-first", frame(discover, fragment=0x2000)
    yield "bad-fragment-last", frame(discover, fragment=0x0010)


def write(directory, seeds):
    directory.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, datagram in seeds:
        (directory / name).write_bytes(datagram)
        count += 1
    print(f"{directory}: {count} seeds")


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus")
    write(root / "dhcp_message", [*dhcp_seeds(), *malformed_dhcp_seeds()])
    write(root / "tftp_packet", tftp_seeds())
    write(root / "udp_frame", frame_seeds())
