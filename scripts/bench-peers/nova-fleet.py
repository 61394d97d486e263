#!/usr/bin/python3
"""A fleet of Nova's services, as they beat by Nova's own database driver.

    nova-fleet.py SQLALCHEMY_URI SERVICES INTERVAL

Makes Nova's `services` table from Nova's own model in an empty database, and so many services in it
as nova-compute would register them. Then calls DbDriver._report_state for each of them once in
INTERVAL seconds, evenly spread, until standard input ends. Prints `ready` when it begins.

Nova's services are a process each; here they share one process and its connection, which costs the
server less than a connection for each would.
"""

import os
import select
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from nova import config, context, objects
from nova.db.main import api, models
from nova.servicegroup.drivers import db as driver
from oslo_utils import uuidutils


class Service:
    """The attributes of nova.service.Service that the driver uses."""

    def __init__(self, service_ref):
        self.service_ref = service_ref
        self.model_disconnected = False


def register(admin, number):
    """The row as nova-compute makes it. (Through the object it would also notify over AMQP.)"""
    row = api.service_create(
        admin,
        {"host": f"host-{number}", "binary": "nova-compute", "topic": "compute",
         "report_count": 0, "uuid": uuidutils.generate_uuid(),
         "version": objects.service.SERVICE_VERSION},
    )
    return Service(objects.Service.get_by_id(admin, row.id))


def main():
    uri, services, interval = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    config.parse_args(["bench"], default_config_files=[], configure_db=False, init_rpc=False)
    driver.CONF.set_override("connection", uri, group="database")
    api.configure(driver.CONF)
    objects.register_all()
    models.BASE.metadata.create_all(api.get_engine(), tables=[models.Service.__table__])
    admin = context.get_admin_context()
    fleet = [register(admin, number) for number in range(services)]
    nova = driver.DbDriver()
    print("ready", flush=True)
    begun = time.monotonic()
    beats = 0
    while True:
        service = fleet[beats % services]
        nova._report_state(service)
        if service.model_disconnected:
            sys.exit("a beat failed")
        beats += 1
        left = max(0.0, begun + beats * interval / services - time.monotonic())
        if select.select([sys.stdin], [], [], left)[0] and not os.read(0, 1):
            return


if __name__ == "__main__":
    main()
