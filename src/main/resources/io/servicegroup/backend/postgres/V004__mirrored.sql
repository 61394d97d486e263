-- Where the catalogue is elsewhere: what of the operator's words in a row of `services` an agent
-- wrote there, so that it takes back its own after a restart, and nobody else's.
CREATE TABLE IF NOT EXISTS servicegroup_mirrored (
    topic       text NOT NULL,
    host        text NOT NULL,
    service_id  integer NOT NULL,           -- of the row: what is said of another one is not ours
    disabled    boolean NOT NULL,
    forced_down boolean NOT NULL,
    PRIMARY KEY (topic, host)
);

INSERT INTO servicegroup_schema (version) VALUES (4) ON CONFLICT DO NOTHING;
