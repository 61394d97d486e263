-- The service data, in the form of OpenStack Nova's table of that name. An existing table is not
-- changed. Half of each page stays free, so that a beat updates its row in place and no index.
CREATE TABLE IF NOT EXISTS services (
    created_at      timestamp without time zone,
    updated_at      timestamp without time zone,
    deleted_at      timestamp without time zone,
    id              serial PRIMARY KEY,
    host            character varying(255),
    "binary"        character varying(255),
    topic           character varying(255),
    report_count    integer NOT NULL DEFAULT 0,
    disabled        boolean DEFAULT false,
    deleted         integer DEFAULT 0,
    disabled_reason character varying(255),
    last_seen_up    timestamp without time zone,
    forced_down     boolean DEFAULT false,
    version         integer DEFAULT 0,
    uuid            character varying(36),
    CONSTRAINT uniq_services0host0topic0deleted UNIQUE (host, topic, deleted),
    CONSTRAINT uniq_services0host0binary0deleted UNIQUE (host, "binary", deleted)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
CREATE UNIQUE INDEX IF NOT EXISTS services_uuid_idx ON services (uuid);
