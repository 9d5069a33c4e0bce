"""How much the other end of a connection has not read yet, asked from Linux through sock_diag(7)."""

from __future__ import annotations

import socket
import struct

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_REQUEST = 1  # NLM_F_REQUEST
_ANY_COOKIE = (0xFFFFFFFF, 0xFFFFFFFF)


def unread_by_peer(connection: socket.socket) -> int | None:
    """Bytes that wait in the receive queue of the peer's socket; None when that socket is not in our network
    namespace, as with an agent in another container, or when the system does not tell.
    """
    if connection.family != socket.AF_INET or not hasattr(socket, "AF_NETLINK"):
        return None
    (near_host, near_port), (far_host, far_port) = connection.getsockname(), connection.getpeername()
    # struct inet_diag_sockid of the peer's socket: its source is our destination.
    identity = struct.pack(
        "!HH16s16s", far_port, near_port, socket.inet_aton(far_host), socket.inet_aton(near_host)
    ) + struct.pack("=III", 0, *_ANY_COOKIE)
    # struct inet_diag_req_v2: family, protocol, no extensions, padding, all states.
    request = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + identity
    header = struct.pack("=IHHII", 16 + len(request), _BY_FAMILY, _REQUEST, 0, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as netlink:
            netlink.settimeout(0.05)
            netlink.send(header + request)
            answer = netlink.recv(4096)
    except OSError:
        return None
    (kind,) = struct.unpack_from("=H", answer, 4)
    if kind != _BY_FAMILY:
        return None
    # struct inet_diag_msg: 4 bytes of state, the identity, the timer, then idiag_rqueue.
    (unread,) = struct.unpack_from("=I", answer, 16 + 4 + len(identity) + 4)
    return int(unread)
