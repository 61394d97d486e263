-- Announces changes of members in `services` to the agents, whoever makes them: an operator with
-- psql, a script, the copy of a backup. Agents that hear of every change read the catalogue about
-- once a minute, and every report_interval otherwise. OpenStack Nova's table, whose columns have no
-- defaults, is left alone. A beat fires none of these triggers, because it writes none of the
-- columns that they name.
DO $setup$
DECLARE
  columns CONSTANT text := 'id, topic, host, "binary", uuid, version, disabled, disabled_reason,'
    ' forced_down, deleted';
  name text;
  definition text;
BEGIN
  IF to_regclass('instances') IS NOT NULL OR to_regclass('compute_nodes') IS NOT NULL
    OR (SELECT count(*) FROM pg_attribute WHERE attrelid = 'services'::regclass AND atthasdef
      AND attname IN ('report_count', 'disabled', 'deleted', 'forced_down', 'version')) < 5
  THEN
    RETURN;
  END IF;

  CREATE OR REPLACE FUNCTION servicegroup_announce() RETURNS trigger LANGUAGE plpgsql AS $announce$
  DECLARE
    names text;
  BEGIN
    -- A statement of an agent that changes many members announces them by itself.
    IF current_setting('servicegroup.announced', true) = 'yes' THEN
      RETURN NULL;
    END IF;

    -- The names of updated rows are collected until the end of their statement: PostgreSQL gives
    -- the rows of a statement to no trigger that is limited to some columns. A notification has
    -- less than 8,000 bytes; instead of more names than that, all members are announced.
    IF TG_LEVEL = 'ROW' THEN
      names := current_setting('servicegroup.updated', true);
      IF names IS DISTINCT FROM 'all' THEN
        names := concat_ws(', ', nullif(names, ''),
          CASE WHEN (OLD.topic, OLD.host) IS DISTINCT FROM (NEW.topic, NEW.host)
            AND OLD.topic IS NOT NULL AND OLD.host IS NOT NULL
            THEN json_build_array(OLD.topic, OLD.host) END,
          CASE WHEN NEW.topic IS NOT NULL AND NEW.host IS NOT NULL
            THEN json_build_array(NEW.topic, NEW.host) END);
        PERFORM set_config('servicegroup.updated',
          CASE WHEN octet_length(names) > 7000 THEN 'all' ELSE names END, true);
      END IF;
      RETURN NULL;
    END IF;

    CASE TG_OP
      WHEN 'TRUNCATE' THEN
        PERFORM pg_notify('servicegroup', 'catalog all');
      WHEN 'UPDATE' THEN
        names := current_setting('servicegroup.updated', true);
        IF names <> '' THEN
          PERFORM set_config('servicegroup.updated', '', true);
          PERFORM pg_notify('servicegroup',
            'catalog ' || CASE names WHEN 'all' THEN names ELSE '[' || names || ']' END);
        END IF;
      ELSE
        -- The same texts as agents use, so that PostgreSQL sends what an agent announces too once.
        PERFORM pg_notify('servicegroup', 'catalog ' || CASE WHEN part IS NULL THEN 'all'
            ELSE json_agg(json_build_array(topic, host))::text END)
        FROM (
          SELECT topic, host, CASE WHEN sum(length) OVER () <= 100000
            THEN sum(length) OVER (ORDER BY topic, host) / 4000 END AS part
          FROM (
            SELECT topic, host, octet_length(json_build_array(topic, host)::text) + 2 AS length
            FROM changed WHERE topic IS NOT NULL AND host IS NOT NULL) named
        ) parts
        GROUP BY part;
    END CASE;
    RETURN NULL;
  END
  $announce$;

  FOR name, definition IN VALUES
    ('servicegroup_updated_row', 'AFTER UPDATE OF ' || columns || ' ON services FOR EACH ROW'
      || ' WHEN ((OLD.' || replace(columns, ', ', ', OLD.')
      || ') IS DISTINCT FROM (NEW.' || replace(columns, ', ', ', NEW.') || '))'),
    ('servicegroup_updated', 'AFTER UPDATE OF ' || columns || ' ON services FOR EACH STATEMENT'),
    ('servicegroup_inserted', 'AFTER INSERT ON services REFERENCING NEW TABLE AS changed'
      || ' FOR EACH STATEMENT'),
    ('servicegroup_deleted', 'AFTER DELETE ON services REFERENCING OLD TABLE AS changed'
      || ' FOR EACH STATEMENT'),
    ('servicegroup_truncated', 'AFTER TRUNCATE ON services FOR EACH STATEMENT')
  LOOP
    IF NOT EXISTS (SELECT FROM pg_trigger
      WHERE tgrelid = 'services'::regclass AND tgname = name)
    THEN
      EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION servicegroup_announce()',
        name, definition);
    END IF;
  END LOOP;
END
$setup$;

INSERT INTO servicegroup_schema (version) VALUES (5) ON CONFLICT DO NOTHING;
