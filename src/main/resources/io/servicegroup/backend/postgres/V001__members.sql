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
