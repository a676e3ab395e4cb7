"""The processes of one training, one a node, that go on together or not at all."""

import socket
import time

CONNECT_SECONDS_MAX = 60


class GangBroken(RuntimeError):
    """Another process of the training is gone."""


class Gang:
    """Meets at the rendezvous endpoint, where the process of node rank 0 listens."""

    def __init__(self, node_rank, nodes, endpoint):
        self.node_rank = node_rank
        host, port = endpoint.rsplit(":", 1)
        if node_rank == 0:
            self._peers = _accept(host, int(port), nodes - 1)
        else:
            self._peers = [_connect(host, int(port))]
        self._readers = [peer.makefile("rb") for peer in self._peers]

    def agree(self, word=""):
        """Waits until all have come here; returns what node rank 0 said, a text of one line."""
        try:
            if self.node_rank == 0:
                for reader in self._readers:
                    _read(reader)
                self._send(word)
                return word
            self._send("here")
            return _read(self._readers[0])
        except OSError as gone:
            raise GangBroken(str(gone)) from gone

    def _send(self, word):
        for peer in self._peers:
            peer.sendall(word.encode() + b"\n")


def _accept(host, port, count):
    with socket.create_server((host, port), backlog=count + 1) as listener:
        listener.settimeout(CONNECT_SECONDS_MAX)
        return [listener.accept()[0] for _ in range(count)]


def _connect(host, port):
    end = time.monotonic() + CONNECT_SECONDS_MAX
    while True:
        try:
            return socket.create_connection((host, port))
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _read(reader):
    line = reader.readline()
    if not line.endswith(b"\n"):
        raise GangBroken("a peer has closed its connection")
    return line[:-1].decode()
