-- What agents keep of the members that joined through them while they ran (over HTTP), so that they
-- serve them again after a restart: the probe, without what may be a secret, and who served it.
CREATE TABLE IF NOT EXISTS servicegroup_joined (
    agent_id text NOT NULL,                 -- agent.id, the same through all lives of an agent
    topic    text NOT NULL,
    host     text NOT NULL,
    kept     jsonb NOT NULL,
    kept_at  timestamptz NOT NULL DEFAULT now(), -- of an agent that never comes back it goes one day
    PRIMARY KEY (agent_id, topic, host)
);

INSERT INTO servicegroup_schema (version) VALUES (3) ON CONFLICT DO NOTHING;
