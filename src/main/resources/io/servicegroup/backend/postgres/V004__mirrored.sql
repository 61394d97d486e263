-- Where the catalogue is in another store: which of the operator's words in a row of `services` an
-- agent wrote, so that after a restart it takes back its own words and no others.
CREATE TABLE IF NOT EXISTS servicegroup_mirrored (
    topic       text NOT NULL,
    host        text NOT NULL,
    service_id  integer NOT NULL,           -- services.id; a note about an earlier row of this name is void
    disabled    boolean NOT NULL,
    forced_down boolean NOT NULL,
    PRIMARY KEY (topic, host)
);

INSERT INTO servicegroup_schema (version) VALUES (4) ON CONFLICT DO NOTHING;
