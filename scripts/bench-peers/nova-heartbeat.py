#!/usr/bin/python3
"""What one heartbeat of Nova's own database driver costs.

    nova-heartbeat.py SQLALCHEMY_URI SERVER_PID BEATS ROUNDS

Makes Nova's `services` table from Nova's own model in an empty database, one service in it as
nova-compute would register it, and calls DbDriver._report_state in a closed loop. Prints one line
of JSON a round: beats per second, CPU-seconds per 1,000 beats of this process and of the server's
whole process tree.
"""

import json
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from nova import config, context, objects
from nova.db.main import api, models
from nova.servicegroup.drivers import db as driver
from oslo_utils import uuidutils

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


class Service:
    """The attributes of nova.service.Service that the driver uses."""

    def __init__(self, service_ref):
        self.service_ref = service_ref
        self.model_disconnected = False


def register():
    """The row as nova-compute makes it. (Through the object it would also notify over AMQP.)"""
    admin = context.get_admin_context()
    row = api.service_create(
        admin,
        {"host": "host-1", "binary": "nova-compute", "topic": "compute", "report_count": 0,
         "uuid": uuidutils.generate_uuid(), "version": objects.service.SERVICE_VERSION},
    )
    return objects.Service.get_by_id(admin, row.id)


def main():
    uri, server, beats, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    config.parse_args(["bench"], default_config_files=[], configure_db=False, init_rpc=False)
    driver.CONF.set_override("connection", uri, group="database")
    api.configure(driver.CONF)
    objects.register_all()
    engine = api.get_engine()
    models.BASE.metadata.create_all(engine, tables=[models.Service.__table__])
    service = Service(register())
    nova = driver.DbDriver()

    def beat(times):
        for _ in range(times):
            nova._report_state(service)
        if service.model_disconnected:
            sys.exit("a beat failed")

    beat(max(200, beats // 5))
    for _ in range(rounds):
        server_before, own_before, started = tree_cpu(server), time.process_time(), time.monotonic()
        beat(beats)
        took = time.monotonic() - started
        print(
            json.dumps(
                {
                    "beats_per_second": round(beats / took, 1),
                    "client_cpu_s_per_1000": (time.process_time() - own_before) * 1000 / beats,
                    "server_cpu_s_per_1000": (tree_cpu(server) - server_before) * 1000 / beats,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
