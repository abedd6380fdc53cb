#!/usr/bin/env python3
"""boot_share.py on a capture whose sums are known."""
import struct
import tempfile
import unittest

from boot_share import DATA, DISCOVER, OFFER, RRQ, TFTP_ACK, ACK, REQUEST, shares_of

SERVER, CLIENT, NOBODY, ALL = b"\xc0\xa8\x01\x01", b"\xc0\xa8\x01\x32", b"\0\0\0\0", b"\xff" * 4
OTHER = b"\xc0\xa8\x01\x02"
MAC = b"\x52\x54\0\0\0\1"


def ipv4(protocol, source, target, payload):
    return b"\0" * 12 + b"\x08\0" + struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source,
                                                target) + payload


def udp(source, source_port, target, target_port, data):
    return ipv4(17, source, target, struct.pack("!HHHH", source_port, target_port, 8 + len(data), 0) + data)


def tcp(source, source_port, target, target_port, sequence, data):
    return ipv4(6, source, target, struct.pack("!HHIIBBHHH", source_port, target_port, sequence, 0, 0x50, 0x18, 0, 0, 0) + data)


def dhcp(kind, options=b"", xid=b"\1\2\3\4"):
    reply = kind in (OFFER, ACK)
    return (bytes((2 if reply else 1, 1, 6, 0)) + xid + b"\0" * 20 + MAC + b"\0" * 202 + b"\x63\x82\x53\x63" +
            bytes((53, 1, kind)) + options + b"\xff")


def asked(kind, options=b"", port=67, target=ALL):
    return udp(NOBODY, 68, target, port, dhcp(kind, options))


def answered(kind, server=SERVER, port=67):
    return udp(server, port, ALL, 68, dhcp(kind))


def to_server(code, number, port=69):
    return udp(CLIENT, 2000, SERVER, port, struct.pack("!HH", code, number))


def from_server(code, number):
    return udp(SERVER, 40000, CLIENT, 2000, struct.pack("!HH", code, number) + b"x" * 20)


def shares(*packets):
    """packets: (milliseconds, frame)..."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, frame in packets:
            file.write(struct.pack("<IIII", 100, at * 1000, len(frame), len(frame)) + frame)
        file.flush()
        return shares_of(file.name)


class BootShare(unittest.TestCase):
    def check(self, share, answers, milliseconds, repeated=0):
        self.assertEqual((share.answers, round(share.seconds * 1000, 6), share.repeated), (answers, milliseconds, repeated))

    def test_dhcp_is_counted_from_each_request_to_its_answer(self):
        self.check(shares((0, asked(DISCOVER)), (3, answered(OFFER)), (50, asked(REQUEST)), (54, answered(ACK)))["dhcp"], 2, 7)

    def test_a_request_sent_again_before_its_answer_is_repeated_and_counted_from_the_first(self):
        self.check(shares((0, asked(DISCOVER)), (10, asked(DISCOVER)), (12, answered(OFFER)))["dhcp"], 1, 12, 1)

    def test_a_request_sent_again_after_its_answer_is_a_new_one(self):
        self.check(shares((0, asked(DISCOVER)), (1, answered(OFFER)), (9, asked(DISCOVER)), (11, answered(OFFER)))["dhcp"], 2, 3)

    def test_what_another_server_answers_or_is_asked_does_not_count(self):
        its_id = b"\x36\x04" + OTHER
        self.check(shares((0, asked(DISCOVER)), (2, answered(OFFER)), (5, answered(OFFER, OTHER)), (6, asked(REQUEST, its_id)),
                          (90, answered(ACK, OTHER)))["dhcp"], 1, 2)

    def test_the_boot_server_has_a_sum_of_its_own(self):
        found = shares((0, asked(REQUEST, port=4011, target=SERVER)), (4, answered(ACK, port=4011)))
        self.check(found["4011"], 1, 4)
        self.check(found["dhcp"], 0, 0)

    def test_tftp_is_counted_from_rrq_and_from_each_ack(self):
        self.check(shares((0, to_server(RRQ, 0)), (2, from_server(DATA, 1)), (10, to_server(TFTP_ACK, 1, 40000)),
                          (13, from_server(DATA, 2)), (14, from_server(DATA, 3)), (20, to_server(TFTP_ACK, 3, 40000)))["tftp"], 2, 5)

    def test_a_block_sent_again_is_repeated_also_where_the_numbers_begin_again(self):
        self.check(shares((0, to_server(RRQ, 0)), (1, from_server(DATA, 65535)), (2, from_server(DATA, 0)),
                          (3, from_server(DATA, 65535)), (4, from_server(DATA, 1)))["tftp"], 1, 1, 1)

    def test_an_ack_sent_again_waits_since_the_first(self):
        self.check(shares((0, to_server(RRQ, 0)), (1, from_server(DATA, 1)), (2, to_server(TFTP_ACK, 1, 40000)),
                          (8, to_server(TFTP_ACK, 1, 40000)), (9, from_server(DATA, 2)))["tftp"], 2, 8, 1)

    def test_http_is_counted_to_the_first_byte(self):
        get, answer = b"GET /linux HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n"
        self.check(shares((0, tcp(CLIENT, 3000, SERVER, 80, 1, get)), (6, tcp(SERVER, 80, CLIENT, 3000, 1, answer)),
                          (7, tcp(SERVER, 80, CLIENT, 3000, 18, answer)), (8, tcp(SERVER, 80, CLIENT, 3000, 1, answer)))["http"], 1, 6, 1)


if __name__ == "__main__":
    unittest.main()
