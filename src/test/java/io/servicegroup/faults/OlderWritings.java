package io.servicegroup.faults;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lets an agent of the release before write all that it can into each store, and keeps what stands
 * there then as a fixture: {@code scripts/older-writings}. Names, uuids and incarnations differ
 * with each run; what the tests rely on is what is asked for here.
 */
public final class OlderWritings {

  private static final Path FIXTURES =
      Path.of("src", "test", "resources", "io", "servicegroup", "upgrade");

  private static final String MEMBERS = "/v1/groups/compute/members";

  private static final Duration SPOKEN = Timing.REPORT.multipliedBy(2);

  private final AgentProcess agent;

  private OlderWritings(AgentProcess agent) {
    this.agent = agent;
  }

  /**
   * Writes the fixtures.
   *
   * @param names of technologies; all of them where none is named
   * @throws Exception where the older agent cannot be built or does not do what it is asked for
   */
  public static void main(String[] names) throws Exception {
    Path jar = OlderRelease.jar();
    for (Technology technology : Technology.named(List.of(names))) {
      if (technology != Technology.HAZELCAST_MEMBER) {
        write(technology, jar);
        System.out.println(technology.text() + " is written");
      }
    }
    System.exit(0);
  }

  private static void write(Technology technology, Path jar) throws Exception {
    String how =
        "scripts/older-writings %s: all that an agent of commit %s left there"
            .formatted(technology.text(), OlderRelease.COMMIT);
    try (BackendServer server = technology.start()) {
      JsonObject config = config(server);
      try (AgentProcess agent = AgentProcess.of(config).jar(jar).start()) {
        new OlderWritings(agent).speak();
        if (server instanceof PostgresServer database) {
          String sql = "-- " + how + ".\n" + schema(jar, server) + rows(database);
          Files.writeString(FIXTURES.resolve("postgresql.sql"), sql);
        } else {
          String text =
              StoredThings.dump(server).stream()
                  .map(JsonArray::encode)
                  .collect(Collectors.joining(",\n"));
          Files.writeString(
              FIXTURES.resolve(technology.text() + ".json"),
              "{\"made_by\": \"%s\", \"things\": [\n%s\n]}\n".formatted(how, text));
        }
        agent.process().kill();
      }
    }
  }

  private static JsonObject config(BackendServer server) {
    JsonObject config = Configs.agent(server.uri()).put("watch", "all");
    JsonObject refused =
        new JsonObject().put("type", "tcp").put("address", "127.0.0.1:" + Ports.free());
    config.put(
        "services",
        new JsonArray()
            .add(service("h1", 5).put("metadata", new JsonObject().put("zone", "az1")))
            .add(service("h2", 7).put("probe", refused)));
    return config;
  }

  private static JsonObject service(String host, int version) {
    return new JsonObject()
        .put("group", "compute")
        .put("host", host)
        .put("binary", "nova-compute")
        .put("version", version);
  }

  /** Says each kind of word, and waits until all of it is stored. */
  private void speak() {
    JsonObject metadata = new JsonObject().put("zone", "az1").putNull("nothing").put("cores", 16);
    change("h1", new JsonObject().put("metadata", metadata));
    change("h1", new JsonObject().put("disabled", true).put("disabled_reason", "broken disk"));
    change("h2", new JsonObject().put("forced_down", true));
    JsonObject another = new JsonObject().put("host", "h1").put("binary", "worker");
    JsonObject beats = new JsonObject().put("type", "none");
    send("POST", "/v1/groups/other/members", another.put("probe", beats));
    send("POST", MEMBERS, service("h3", 5).put("probe", beats));
    send("POST", MEMBERS, service("h4", 5).put("probe", beats));
    agent.changes().during(SPOKEN);
    send("DELETE", MEMBERS + "/h3", new JsonObject());
    send("POST", MEMBERS + "/h4/leave", new JsonObject());
    agent.changes().during(SPOKEN);
  }

  private void change(String host, JsonObject fields) {
    send("PATCH", MEMBERS + "/" + host, fields);
  }

  private void send(String method, String path, JsonObject body) {
    HttpResponse<String> answer = agent.send(method, path, body);
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException(method + " " + path + ": " + answer.body());
    }
  }

  /** As the older agent prints it for those who run it by hand. */
  private static String schema(Path jar, BackendServer server) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String uri = server.uri();
    return ManagedProcess.run(
            List.of(java, "-jar", jar.toString(), "schema", "--set", "catalog.uri=" + uri))
        .stream()
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Without the numbers of transactions, which are those of one server. */
  private static String rows(PostgresServer server) throws Exception {
    StringBuilder sql = new StringBuilder();
    String tables =
        server.ask(
            "SELECT string_agg(relname, ',' ORDER BY relname DESC) FROM pg_stat_user_tables");
    for (String table : tables.split(",")) {
      String columns =
          server.ask(
              "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
                  + " FROM information_schema.columns WHERE udt_name <> 'xid8' AND table_name = '"
                  + table
                  + "'");
      for (String values : values(server, table, columns)) {
        sql.append("INSERT INTO %s (%s) VALUES%n  (%s)".formatted(table, columns, values))
            .append(" ON CONFLICT DO NOTHING;\n");
      }
    }
    for (String sequence : List.of("servicegroup_generation", "services_id_seq")) {
      String last = server.ask("SELECT last_value FROM " + sequence);
      sql.append("SELECT setval('%s', %s);%n".formatted(sequence, last));
    }
    return sql.toString();
  }

  private static List<String> values(PostgresServer server, String table, String columns)
      throws Exception {
    String quoted =
        List.of(columns.split(", ")).stream()
            .map(column -> "quote_nullable(" + column + "::text)")
            .collect(Collectors.joining(", "));
    List<String> all = new ArrayList<>();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT concat_ws(', ', %s) FROM %s ORDER BY 1".formatted(quoted, table))) {
      while (rows.next()) {
        all.add(rows.getString(1));
      }
    }
    return all;
  }
}
