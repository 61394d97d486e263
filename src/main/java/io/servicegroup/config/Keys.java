package io.servicegroup.config;

import io.servicegroup.model.EnumText;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The keys of the configuration, in the order in which they are read, shown and documented. {@code
 * ServiceKeys} and {@code LivenessKeys} declare those of {@code services} and {@code liveness}.
 */
public final class Keys {

  private static final List<Key<?>> ALL = new ArrayList<>();
  private static final KeyType<Duration> LIMIT = KeyTypes.duration("100ms", "1h");
  private static final KeyType<Integer> PORT = KeyTypes.integer(0, HostPort.LARGEST_PORT);
  private static final KeyType<String> LISTEN =
      KeyTypes.visible("an address to listen on, such as 127.0.0.1", "an address");
  private static final String LOOPBACK = "127.0.0.1";
  private static final int DEFAULT_PORT = 8080;
  private static final String NO_CLUSTER = "hazelcast and zookeeper do not exist yet";

  static final Key<String> HOST =
      Key.of("agent.host", KeyTypes.addressable(), "default host of `services`")
          .orElse("the machine's host name", values -> Optional.of(values.machine()))
          .in(ALL);

  static final Key<Duration> START_TIMEOUT =
      Key.of("agent.start_timeout", LIMIT, "for the first contact with every backend")
          .orElse(Duration.ofSeconds(30))
          .in(ALL);

  static final Key<Duration> STOP_TIMEOUT =
      Key.of("agent.stop_timeout", LIMIT, "how long a stop may take, whatever hangs")
          .orElse(Duration.ofSeconds(10))
          .in(ALL);

  static final Key<Boolean> LEAVE_ON_STOP =
      Key.of(
              "agent.leave_on_stop",
              KeyTypes.flag(),
              "`false`: a stop is an upgrade; an agent back within `service_down_time` was `DOWN`"
                  + " for nobody")
          .orElse(true)
          .in(ALL);

  static final Key<String> ID =
      Key.of(
              "agent.id",
              KeyTypes.name(),
              "finds the members to take up again after a restart, nothing else; another one for"
                  + " each agent, the same through its restarts. Set it where the host's name or"
                  + " the port changes with a restart (containers, `http.port: 0`). Without one"
                  + " nothing is taken up: [operations.md](operations.md#restarts)")
          .orElse("`agent.host:http.port`; with port 0 none", Keys::hostAndPort)
          .in(ALL);

  static final Key<List<ServiceSpec>> SERVICES =
      Key.of("services", ServicesReader.TYPE, "what this agent registers and beats for")
          .orElse(List.of())
          .reloaded()
          .in(ALL);

  static {
    ALL.addAll(ServiceKeys.ALL);
  }

  static final Key<BackendUri> CATALOG_URI =
      Key.of("catalog.uri", BackendsReader.URI, "where the members are stored")
          .orElse("`embedded:`", values -> Optional.of(BackendUri.parse("embedded:")))
          .in(ALL);

  static final Key<AgentConfig.CreateTables> CREATE_TABLES =
      Key.of(
              "catalog.create_tables",
              KeyTypes.words(AgentConfig.CreateTables.class),
              "`all`: `services` too, where it is missing, with triggers that announce changes by"
                  + " hand; `own`: only our `servicegroup_*` tables, beside an existing Nova"
                  + " `services`; `none`: somebody ran what `schema` printed")
          .orElse(AgentConfig.CreateTables.ALL)
          .in(ALL);

  static {
    ALL.addAll(LivenessKeys.ALL);
  }

  static final Key<Watch> WATCH =
      Key.of("watch", WatchReader.TYPE, "whose liveness this agent follows")
          .orElse(
              "`own`; `all` for an agent without services",
              values -> Optional.of(values.get(SERVICES).isEmpty() ? Watch.ALL : Watch.OWN))
          .in(ALL);

  static final Key<AgentConfig.Evaluate> EVALUATE =
      Key.of(
              "evaluate",
              KeyTypes.words(
                  EnumText.all(AgentConfig.Evaluate.class),
                  Map.of("elected", "elected needs a cluster, which this version does not have"),
                  EnumText::of),
              "whether it gives verdicts")
          .orElse(AgentConfig.Evaluate.ALWAYS)
          .in(ALL);

  static final Key<String> CLUSTER =
      Key.of(
              "cluster.type",
              KeyTypes.words(
                  Map.of("none", "none"),
                  Map.of("hazelcast", NO_CLUSTER, "zookeeper", NO_CLUSTER),
                  Function.identity()),
              "other cluster managers are not there yet, nor is `evaluate: elected`")
          .orElse("none")
          .in(ALL);

  static final Key<String> HTTP_HOST =
      Key.of("http.host", LISTEN, "other than loopback only with a token or `allow_anonymous`")
          .orElse(LOOPBACK)
          .in(ALL);

  static final Key<Integer> HTTP_PORT =
      Key.of("http.port", PORT, "0 takes a free one").orElse(DEFAULT_PORT).in(ALL);

  static final Key<String> TOKEN =
      Key.of(
              "http.token",
              KeyTypes.visible(
                  "a text of visible ASCII characters, or null for none", "visible ASCII"),
              "what writes must bring: `Authorization: Bearer TOKEN`")
          .secret()
          .in(ALL);

  static final Key<Boolean> TLS =
      Key.of("http.tls", KeyTypes.SECTION, "plain text without it").in(ALL);

  static final Key<Path> CERTIFICATE =
      Key.of("http.tls.certificate", KeyTypes.pemFile(), "the server's certificate, with its chain")
          .required()
          .in(ALL);

  static final Key<Path> TLS_KEY =
      Key.of("http.tls.key", KeyTypes.pemFile(), "its key").required().in(ALL);

  static final Key<Path> CLIENT_CA =
      Key.of(
              "http.tls.client_ca",
              KeyTypes.pemFile(),
              "with it only clients whose certificate it signed are let in")
          .in(ALL);

  static final Key<Boolean> ALLOW_ANONYMOUS =
      Key.of("http.allow_anonymous", KeyTypes.flag(), "`true` is logged").orElse(false).in(ALL);

  static final Key<String> CHECK_HOST =
      Key.of("agent_check.host", LISTEN, "where HAProxy asks").orElse(LOOPBACK).in(ALL);

  static final Key<Integer> CHECK_PORT =
      Key.of(
              "agent_check.port",
              PORT,
              "HAProxy's `agent-check`, off by default; another port than `http.port`")
          .in(ALL);

  static final Key<AgentConfig.LogLevel> LOG_LEVEL =
      Key.of(
              "logging.level",
              KeyTypes.words(AgentConfig.LogLevel.class),
              "what is logged, with all that is graver; libraries are heard from `warn` on,"
                  + " Hazelcast's from `error` on, ZooKeeper's client not at all: the agent says"
                  + " what it meets. `--verbose` is at least `debug`")
          .orElse(AgentConfig.Logging.DEFAULT.level())
          .reloaded()
          .in(ALL);

  static final Key<AgentConfig.LogFormat> LOG_FORMAT =
      Key.of(
              "logging.format",
              KeyTypes.words(AgentConfig.LogFormat.class),
              "a line, or a JSON object a line with `timestamp`, `level`, `loggerName`,"
                  + " `threadName`, `message`, `throwable`")
          .orElse(AgentConfig.Logging.DEFAULT.format())
          .reloaded()
          .in(ALL);

  private Keys() {}

  /** Every key of the configuration. */
  static List<Key<?>> all() {
    return Collections.unmodifiableList(ALL);
  }

  /**
   * The default of {@code agent.id}; a free port is another one after a restart, so it has none.
   */
  private static Optional<String> hostAndPort(Values values) {
    int port = values.get(HTTP_PORT);
    return port == 0 ? Optional.empty() : Optional.of(values.get(HOST) + ":" + port);
  }
}
