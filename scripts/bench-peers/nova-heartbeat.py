#!/usr/bin/python3
"""What one heartbeat of Nova's own database driver costs.

    nova-heartbeat.py SQLALCHEMY_URI SERVER_PID

Makes Nova's `services` table from Nova's own model in an empty database, one service in it as
nova-compute would register it, and calls DbDriver._report_state in a closed loop, as often as the
numbers on standard input say. Prints one line of JSON for each: beats per second, CPU-seconds per
1,000 beats of this process and of the server's whole process tree.
"""

import sys
import warnings

warnings.filterwarnings("ignore")

from nova import config, context, objects
from nova.db.main import api, models
from nova.servicegroup.drivers import db as driver
from oslo_utils import uuidutils

from rounds import serve


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
    uri, server = sys.argv[1], int(sys.argv[2])
    config.parse_args(["bench"], default_config_files=[], configure_db=False, init_rpc=False)
    driver.CONF.set_override("connection", uri, group="database")
    api.configure(driver.CONF)
    objects.register_all()
    engine = api.get_engine()
    models.BASE.metadata.create_all(engine, tables=[models.Service.__table__])
    service = Service(register())
    nova = driver.DbDriver()

    def beat():
        nova._report_state(service)
        if service.model_disconnected:
            sys.exit("a beat failed")

    serve(server, beat)


if __name__ == "__main__":
    main()
