-- scripts/older-writings postgresql: all that an agent of commit bbc8f14 left there.
-- The tables of servicegroup in PostgreSQL 13 or later.
-- An existing table `services` (OpenStack Nova's) is left alone.

BEGIN;

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

COMMIT;

-- What an agent's user needs, where it does not own the tables:
-- GRANT SELECT, INSERT, UPDATE ON services TO agent_user;
-- GRANT USAGE ON SEQUENCE services_id_seq, servicegroup_generation TO agent_user;
-- GRANT SELECT ON servicegroup_schema TO agent_user;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON servicegroup_members, servicegroup_canaries TO agent_user;
-- And who copies a catalogue into these tables with the command migrate:
-- GRANT UPDATE ON SEQUENCE servicegroup_generation TO agent_user;
INSERT INTO services (created_at, updated_at, deleted_at, id, host, "binary", topic, report_count, disabled, deleted, disabled_reason, last_seen_up, forced_down, version, uuid) VALUES
  ('2026-11-28 05:52:05.948788', '2026-11-28 05:52:14.459593', NULL, '1', 'h1', 'nova-compute', 'compute', '15', 'true', '0', 'broken disk', '2026-11-28 05:52:14.459593', 'false', '5', 'c3d42b66-e791-41e9-9720-1835149ba427') ON CONFLICT DO NOTHING;
INSERT INTO services (created_at, updated_at, deleted_at, id, host, "binary", topic, report_count, disabled, deleted, disabled_reason, last_seen_up, forced_down, version, uuid) VALUES
  ('2026-11-28 05:52:05.982162', '2026-11-28 05:52:06.519485', NULL, '2', 'h2', 'nova-compute', 'compute', '0', 'false', '0', NULL, NULL, 'true', '7', 'd7982e3a-61df-4155-a711-27c3563c8618') ON CONFLICT DO NOTHING;
INSERT INTO services (created_at, updated_at, deleted_at, id, host, "binary", topic, report_count, disabled, deleted, disabled_reason, last_seen_up, forced_down, version, uuid) VALUES
  ('2026-11-28 05:52:06.527818', '2026-11-28 05:52:14.459593', NULL, '3', 'h1', 'worker', 'other', '13', 'false', '0', NULL, '2026-11-28 05:52:14.459593', 'false', '0', 'ca5c13e2-a899-438c-9bc0-85953d13dffb') ON CONFLICT DO NOTHING;
INSERT INTO services (created_at, updated_at, deleted_at, id, host, "binary", topic, report_count, disabled, deleted, disabled_reason, last_seen_up, forced_down, version, uuid) VALUES
  ('2026-11-28 05:52:06.537104', '2026-11-28 05:52:08.480263', '2026-11-28 05:52:08.61383', '4', 'h3', 'nova-compute', 'compute', '4', 'false', '4', NULL, '2026-11-28 05:52:08.480263', 'false', '5', '1f5c82c6-9e58-4d06-b2bf-c7b3c1056ab9') ON CONFLICT DO NOTHING;
INSERT INTO services (created_at, updated_at, deleted_at, id, host, "binary", topic, report_count, disabled, deleted, disabled_reason, last_seen_up, forced_down, version, uuid) VALUES
  ('2026-11-28 05:52:06.546069', '2026-11-28 05:52:08.692053', NULL, '5', 'h4', 'nova-compute', 'compute', '4', 'false', '0', NULL, '2026-11-28 05:52:08.692053', 'false', '5', '3b42dc6d-087c-4814-a46f-dcac9c765e38') ON CONFLICT DO NOTHING;
INSERT INTO servicegroup_schema (version, applied_at) VALUES
  ('1', '2026-11-28 05:52:04.885349+00') ON CONFLICT DO NOTHING;
INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends, metadata, joined_count, state, state_reason) VALUES
  ('1', '1', '1-fca341668bce', 'host-1-bcd7009a', '{postgresql}', '{"zone": "az1", "cores": 16, "nothing": null}', '0', 'alive', NULL) ON CONFLICT DO NOTHING;
INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends, metadata, joined_count, state, state_reason) VALUES
  ('2', '2', '2-d15a0729b0e0', 'host-1-bcd7009a', '{postgresql}', '{}', '0', 'failed', 'connection refused') ON CONFLICT DO NOTHING;
INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends, metadata, joined_count, state, state_reason) VALUES
  ('3', '3', '3-f8233a764c8e', 'host-1-bcd7009a', '{postgresql}', '{}', '0', 'alive', NULL) ON CONFLICT DO NOTHING;
INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends, metadata, joined_count, state, state_reason) VALUES
  ('5', '5', '5-adba204e57e9', 'host-1-bcd7009a', '{postgresql}', '{}', '0', 'left', NULL) ON CONFLICT DO NOTHING;
INSERT INTO servicegroup_canaries (agent, nonce, count, written_at) VALUES
  ('host-1-bcd7009a', '8861b44c-bf64-4f6d-b770-e50a4693f93a', '1', '2026-11-28 05:52:05.559719+00') ON CONFLICT DO NOTHING;
SELECT setval('servicegroup_generation', 5);
SELECT setval('services_id_seq', 5);
