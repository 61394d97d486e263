-- The service data, as OpenStack Nova's table of that name has it. An existing one is left alone.
-- Half of each page stays free: a beat then updates its row in place and touches no index.
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
-- What servicegroup knows beyond Nova's table. No foreign key: `services` may be Nova's own.
CREATE TABLE IF NOT EXISTS servicegroup_schema (
    version    integer PRIMARY KEY,
    applied_at timestamp with time zone NOT NULL DEFAULT now()
);

-- One for all members, so that a member that was deleted and joined again has a newer generation.
CREATE SEQUENCE IF NOT EXISTS servicegroup_generation AS bigint;

-- One row for each row of `services` that an agent joined. Beats do not touch it.
CREATE TABLE IF NOT EXISTS servicegroup_members (
    service_id   integer PRIMARY KEY,
    generation   bigint NOT NULL,
    incarnation  text NOT NULL,             -- generation and a random part: 7-1f3a9c04
    agent        text NOT NULL,             -- who beats for it
    backends     text[] NOT NULL,           -- the liveness backends that it beats through
    metadata     jsonb NOT NULL DEFAULT '{}',
    joined_count integer NOT NULL,          -- services.report_count at the join
    state        text NOT NULL DEFAULT 'alive',  -- alive, failed, restarting or left
    state_reason text,
    changed      xid8 NOT NULL DEFAULT pg_current_xact_id()  -- set by every write
);
CREATE INDEX IF NOT EXISTS servicegroup_members_changed_idx ON servicegroup_members (changed);

-- The proof that beats could be written, by agents that have none of their own to write.
CREATE TABLE IF NOT EXISTS servicegroup_canaries (
    agent      text PRIMARY KEY,
    nonce      text NOT NULL,
    count      bigint NOT NULL,
    written_at timestamp with time zone NOT NULL
) WITH (fillfactor = 50);

INSERT INTO servicegroup_schema (version) VALUES (1) ON CONFLICT DO NOTHING;
INSERT INTO services (created_at, updated_at, host, "binary", topic, report_count, disabled, deleted, disabled_reason, last_seen_up, forced_down, version, uuid) VALUES
  ('2026-11-20 10:00:00', '2026-11-20 11:00:00', 'h1', 'nova-compute', 'compute', 721, true, 0, 'broken disk', '2026-11-20 11:00:00', false, 5, '3f2c1d5e-8a70-4b8f-9a55-0d6f1c2b3a49'),
  ('2026-11-20 10:00:00', NULL, 'h2', 'nova-compute', 'compute', 0, false, 0, NULL, NULL, true, 7, 'b0a4c9d2-51f7-4c0f-8d5a-2a2f6e9a1c03'),
  ('2026-11-19 10:00:00', '2026-11-19 12:00:00', 'h3', 'nova-compute', 'compute', 40, false, 3, NULL, '2026-11-19 12:00:00', false, 5, 'c7d1f0a8-7f3e-4b53-9a0d-5b1f3d2e4c05'),
  ('2026-11-20 10:00:00', '2026-11-20 11:00:00', 'nova-1', 'nova-scheduler', 'scheduler', 99, NULL, 0, NULL, '2026-11-20 11:00:00', NULL, NULL, NULL);
UPDATE services SET deleted = id WHERE host = 'h3';
INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends, metadata, joined_count) VALUES
  (1, 11, '11-1f3a9c04d2e1', '6b9f2a61-4c0e-4d0b-8f5a-3f1f8f0c7d11', ARRAY['postgresql'], '{"zone": "az1", "nothing": null, "cores": 16}', 700),
  (2, 12, '12-77aa00bb11cc', '6b9f2a61-4c0e-4d0b-8f5a-3f1f8f0c7d11', ARRAY['postgresql', 'redis'], '{}', 0);
SELECT setval('servicegroup_generation', 12);
