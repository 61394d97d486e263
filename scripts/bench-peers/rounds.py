"""Measures a peer's heartbeat in rounds, as scripts/bench asks for them."""

import json
import os
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


def tree_cpu(root):
    """CPU-seconds of a process and its living children, those that ended included."""
    parents, used = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(entry)] = int(fields[1])
        used[int(entry)] = sum(int(f) for f in fields[11:15]) / TICKS
    return sum(cpu for pid, cpu in used.items() if pid == root or parents[pid] == root)


def serve(server, beat, drain=lambda: None):
    """Reads numbers of beats, beats that often, and prints a line of JSON for each number.

    `drain` waits until the server has taken what is not acknowledged.
    """
    for line in sys.stdin:
        beats = int(line)
        server_before, own_before, started = tree_cpu(server), time.process_time(), time.monotonic()
        for _ in range(beats):
            beat()
        drain()
        took = time.monotonic() - started
        print(
            json.dumps(
                {
                    "beats_per_second": beats / took,
                    "client_cpu_s_per_1000": (time.process_time() - own_before) * 1000 / beats,
                    "server_cpu_s_per_1000": (tree_cpu(server) - server_before) * 1000 / beats,
                }
            ),
            flush=True,
        )
