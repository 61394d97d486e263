-- The order of what was said of each member: a store that comes back older is told from news by it.
-- Whoever gives no order (Nova, an older agent, a DBA) leaves it as it is.
CREATE TABLE IF NOT EXISTS servicegroup_words (
    topic   text NOT NULL,
    host    text NOT NULL,
    spoken  bigint NOT NULL,                -- the order of the last word; milliseconds at most times
    removed boolean NOT NULL DEFAULT false, -- the last word was a removal, remembered for 30 days
    PRIMARY KEY (topic, host)
);

INSERT INTO servicegroup_schema (version) VALUES (2) ON CONFLICT DO NOTHING;
