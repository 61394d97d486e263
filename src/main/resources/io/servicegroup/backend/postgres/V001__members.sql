-- The tables beside Nova's. They have no foreign keys, because `services` may belong to Nova.
CREATE TABLE IF NOT EXISTS servicegroup_schema (
    version    integer PRIMARY KEY,
    applied_at timestamp with time zone NOT NULL DEFAULT now()
);

-- All members draw their generations from one sequence, so that a member that was deleted and joined
-- again has a greater generation than before.
CREATE SEQUENCE IF NOT EXISTS servicegroup_generation AS bigint;

-- One row for each row of `services` whose member an agent joined. Beats do not write this table.
CREATE TABLE IF NOT EXISTS servicegroup_members (
    service_id   integer PRIMARY KEY,
    generation   bigint NOT NULL,
    incarnation  text NOT NULL,             -- generation and a random part: 7-1f3a9c04
    agent        text NOT NULL,             -- the agent that beats for the member
    backends     text[] NOT NULL,           -- the liveness backends through which it beats
    metadata     jsonb NOT NULL DEFAULT '{}',
    joined_count integer NOT NULL,          -- services.report_count when the member joined
    state        text NOT NULL DEFAULT 'alive',  -- alive, failed, restarting or left
    state_reason text,
    changed      xid8 NOT NULL DEFAULT pg_current_xact_id()  -- the transaction of the last write
);
CREATE INDEX IF NOT EXISTS servicegroup_members_changed_idx ON servicegroup_members (changed);

-- The canaries, by which agents without members of their own prove that beats could be written.
CREATE TABLE IF NOT EXISTS servicegroup_canaries (
    agent      text PRIMARY KEY,
    nonce      text NOT NULL,
    count      bigint NOT NULL,
    written_at timestamp with time zone NOT NULL
) WITH (fillfactor = 50);

INSERT INTO servicegroup_schema (version) VALUES (1) ON CONFLICT DO NOTHING;
