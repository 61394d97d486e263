-- The order of the operator's last word about each member. It tells a new word from the state of a
-- database that was restored from an older one. Writers that know no order (Nova, an older agent, a
-- DBA) leave it unchanged.
CREATE TABLE IF NOT EXISTS servicegroup_words (
    topic   text NOT NULL,
    host    text NOT NULL,
    spoken  bigint NOT NULL,                -- the order of the last word, usually the time in milliseconds
    removed boolean NOT NULL DEFAULT false, -- the last word was a removal, remembered for 30 days
    PRIMARY KEY (topic, host)
);

INSERT INTO servicegroup_schema (version) VALUES (2) ON CONFLICT DO NOTHING;
