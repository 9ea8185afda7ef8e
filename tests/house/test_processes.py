"""Servers that are started side by side: no two of them are given one port."""

import sys

import pytest

from config.devstack import processes


@pytest.mark.skipif(sys.platform != "linux", reason="the names that keep a port are of Linux")
def test_a_port_is_promised_to_one_server_before_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = {processes.free_port() for _ in range(3)}
    monkeypatch.setattr(processes, "SERVER_PORTS", sorted(ports))
    with pytest.raises(OSError, match="no port is free"):
        processes.free_port()
