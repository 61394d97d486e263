package io.servicegroup.config;

import io.servicegroup.model.Durations;
import io.servicegroup.model.Probe;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The keys of an entry of {@code services}, and of a join. */
final class ServiceKeys {

  static final List<Key<?>> ALL = new ArrayList<>();

  /** The path of an entry of the list. */
  static final String ENTRY = "services[]";

  private static final String PROBE_PATH = ENTRY + ".probe";
  private static final KeyType<Duration> PACE = KeyTypes.duration("10ms", "1h");
  private static final KeyType<Integer> TIMES = KeyTypes.integer(1, 1000);
  private static final long MAX_PID = 0xFFFF_FFFFL;

  static final Key<String> GROUP =
      Key.of(ENTRY + ".group", KeyTypes.addressable(), "Nova's topic").required().in(ALL);

  static final Key<String> HOST =
      Key.of(
              ENTRY + ".host",
              KeyTypes.addressable(),
              "the member inside its group; what a backend cannot keep (ZooKeeper: `/`, emoji) is"
                  + " a fault")
          .otherwise("`agent.host`")
          .in(ALL);

  static final Key<String> BINARY =
      Key.of(ENTRY + ".binary", KeyTypes.name(), "one group for each (host, binary)")
          .orElse("the group's name", values -> values.find(GROUP))
          .in(ALL);

  static final Key<Integer> VERSION =
      Key.of(
              ENTRY + ".version",
              KeyTypes.integer(0, Integer.MAX_VALUE),
              "the oldest and the newest of each binary are at `/v1/versions`")
          .orElse(0)
          .in(ALL);

  static final Key<Map<String, Object>> METADATA =
      Key.of(ENTRY + ".metadata", KeyTypes.freeForm(), "shown with the member")
          .orElse(Map.of())
          .in(ALL);

  static final Key<Boolean> PROBE =
      Key.of(PROBE_PATH, KeyTypes.SECTION, "how to find out whether it lives")
          .otherwise("`{type: none}`")
          .in(ALL);

  static final Key<String> TYPE =
      Key.of(
              PROBE_PATH + ".type",
              KeyTypes.words(List.of("none", "self", "tcp", "pid", "http")),
              "see above")
          .required()
          .in(ALL);

  static final Key<BackendUri.Host> ADDRESS =
      Key.of(PROBE_PATH + ".address", KeyTypes.address(), "where a connection is accepted")
          .required()
          .onlyWith(TYPE, "tcp")
          .in(ALL);

  static final Key<Boolean> HOLD =
      Key.of(
              PROBE_PATH + ".hold",
              KeyTypes.flag(),
              "keeps a connection open and probes again at once when it closes")
          .orElse(false)
          .onlyWith(TYPE, "tcp")
          .in(ALL);

  static final Key<Long> PID =
      Key.of(
              PROBE_PATH + ".pid",
              KeyTypes.whole(1, MAX_PID),
              "the process; exactly one of `pid` and `pid_file`")
          .onlyWith(TYPE, "pid")
          .in(ALL);

  static final Key<Path> PID_FILE =
      Key.of(
              PROBE_PATH + ".pid_file",
              KeyTypes.path(),
              "a file that names the process, at any time another one")
          .onlyWith(TYPE, "pid")
          .in(ALL);

  static final Key<URI> URL =
      Key.of(
              PROBE_PATH + ".url",
              KeyTypes.parsed(ProbeReader.URL, "`http://…`, `https://…`", ProbeReader::url),
              "what is asked for")
          .required()
          .onlyWith(TYPE, "http")
          .in(ALL);

  static final Key<Integer> EXPECT =
      Key.of(PROBE_PATH + ".expect", KeyTypes.integer(100, 599), "the status that the answer has")
          .otherwise("any of 200–399")
          .onlyWith(TYPE, "http")
          .in(ALL);

  static final Key<String> METHOD =
      Key.of(
              PROBE_PATH + ".method",
              KeyTypes.words(List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")),
              "how it is asked for")
          .orElse("GET")
          .onlyWith(TYPE, "http")
          .in(ALL);

  static final Key<Map<String, String>> HEADERS =
      Key.of(
              PROBE_PATH + ".headers",
              ProbeReader.HEADERS,
              "what the request carries; `check-config` prints no header's value")
          .orElse(Map.of())
          .onlyWith(TYPE, "http")
          .in(ALL);

  static final Key<Boolean> TLS =
      Key.of(
              PROBE_PATH + ".tls",
              KeyTypes.SECTION,
              "for `tcp` (`{}` suffices): the handshake succeeds as well; for `http`: how the"
                  + " server of an `https://` is checked")
          .onlyWith(TYPE, "tcp", "http")
          .in(ALL);

  static final Key<Path> CA =
      Key.of(
              PROBE_PATH + ".tls.ca",
              KeyTypes.path(),
              "a PEM file with the authorities to trust; read anew for each probe, and while it"
                  + " cannot be read, what it held last stands")
          .otherwise("the Java runtime's")
          .in(ALL);

  static final Key<Boolean> VERIFY =
      Key.of(PROBE_PATH + ".tls.verify", KeyTypes.flag(), "`false`: any certificate will do")
          .orElse(true)
          .in(ALL);

  static final Key<String> SERVER_NAME =
      Key.of(
              PROBE_PATH + ".tls.server_name",
              KeyTypes.text(
                  "a host's name, as in db.example.org",
                  "a host's name",
                  ProbeReader::isServerName),
              "announced to the service (SNI), and expected in its certificate")
          .otherwise("the host of `url` or `address`")
          .in(ALL);

  static final Key<Duration> INTERVAL =
      Key.of(PROBE_PATH + ".interval", PACE, "from a probe to the next")
          .orElse(
              usual(timing -> Durations.text(timing.interval())),
              values -> Optional.of(usual(values).interval()))
          .onlyWith(TYPE, "tcp", "pid", "http")
          .in(ALL);

  static final Key<Duration> TIMEOUT =
      Key.of(PROBE_PATH + ".timeout", PACE, "how long one may take, at most `interval`")
          .orElse(
              "`%s`, or `interval` where that is shorter"
                  .formatted(Durations.text(Probe.DEFAULT_TIMING.timeout())),
              values -> Optional.of(shorter(usual(values).timeout(), values.get(INTERVAL))))
          .onlyWith(TYPE, "tcp", "http")
          .in(ALL);

  static final Key<Integer> RISE =
      Key.of(PROBE_PATH + ".rise", TIMES, "passes in a row that make a failed service alive")
          .orElse(usual(Probe.Timing::rise), values -> Optional.of(usual(values).rise()))
          .onlyWith(TYPE, "tcp", "pid", "http")
          .in(ALL);

  static final Key<Integer> FALL =
      Key.of(PROBE_PATH + ".fall", TIMES, "failures in a row that make a living one failed")
          .orElse(usual(Probe.Timing::fall), values -> Optional.of(usual(values).fall()))
          .onlyWith(TYPE, "tcp", "pid", "http")
          .in(ALL);

  private ServiceKeys() {}

  private static Probe.Timing usual(Values values) {
    return values.find(TYPE).filter("pid"::equals).isPresent()
        ? ProbeReader.PID_TIMING
        : Probe.DEFAULT_TIMING;
  }

  /** The defaults of all kinds of probes for the documentation. */
  private static String usual(Function<Probe.Timing, Object> part) {
    Object usual = part.apply(Probe.DEFAULT_TIMING);
    Object ofProcess = part.apply(ProbeReader.PID_TIMING);
    return "`" + usual + (ofProcess.equals(usual) ? "`" : "` (`pid`: `" + ofProcess + "`)");
  }

  static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
