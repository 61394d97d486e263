-- What agents remember of the members that joined through them over HTTP, so that they serve these
-- members again after a restart: the probe, without values that may be secret, and the agents that
-- served the member.
CREATE TABLE IF NOT EXISTS servicegroup_joined (
    agent_id text NOT NULL,                 -- agent.id, which survives restarts of the agent
    topic    text NOT NULL,
    host     text NOT NULL,
    kept     jsonb NOT NULL,
    kept_at  timestamptz NOT NULL DEFAULT now(), -- rows of agents that never come back are pruned by it
    PRIMARY KEY (agent_id, topic, host)
);

INSERT INTO servicegroup_schema (version) VALUES (3) ON CONFLICT DO NOTHING;
