package io.servicegroup.faults;

/** Nova 26's own table, as its models make it in PostgreSQL, and its rules as SQL. */
final class NovaTable {

  /** No column but the id has a default: Nova's models give them, the database does not. */
  static final String CREATE =
      """
      CREATE TABLE services (
        created_at timestamp without time zone,
        updated_at timestamp without time zone,
        deleted_at timestamp without time zone,
        deleted integer,
        id serial NOT NULL,
        uuid varchar(36),
        host varchar(255),
        "binary" varchar(255),
        topic varchar(255),
        report_count integer NOT NULL,
        disabled boolean,
        disabled_reason varchar(255),
        last_seen_up timestamp without time zone,
        forced_down boolean,
        version integer,
        PRIMARY KEY (id),
        CONSTRAINT uniq_services0host0topic0deleted UNIQUE (host, topic, deleted),
        CONSTRAINT uniq_services0host0binary0deleted UNIQUE (host, "binary", deleted)
      );
      CREATE UNIQUE INDEX services_uuid_idx ON services (uuid)
      """;

  /** DbDriver.is_up for {@code service_down_time} %d of host %s, by the database's clock. */
  static final String IS_UP =
      """
      SELECT NOT forced_down AND
             abs(extract(epoch FROM (clock_timestamp() AT TIME ZONE 'utc')
                                    - coalesce(last_seen_up, created_at))) <= %d
        FROM services WHERE host = '%s' AND deleted = 0
      """;

  /** Nova's API registers itself so, and never beats. */
  static final String API_SERVICE =
      """
      INSERT INTO services (created_at, host, "binary", report_count, disabled, deleted,
                            forced_down, version, uuid)
      VALUES (now() AT TIME ZONE 'utc', 'api-host', 'nova-osapi_compute', 0, false, 0, false, 64,
              gen_random_uuid()::text)
      """;

  private NovaTable() {}
}
