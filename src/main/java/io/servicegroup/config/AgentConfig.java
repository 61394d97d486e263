package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration of an agent. One that was read has passed the checks of every key and the rules
 * between keys.
 *
 * @param agent {@code agent}
 * @param services {@code services}
 * @param catalog {@code catalog}
 * @param liveness {@code liveness}
 * @param watch {@code watch}, with its default resolved
 * @param evaluate {@code evaluate}
 * @param http {@code http}
 * @param agentCheck {@code agent_check}
 * @param logging {@code logging}
 * @param values the values of all keys, those without a component here among them
 */
public record AgentConfig(
    Agent agent,
    List<ServiceSpec> services,
    Catalog catalog,
    Liveness liveness,
    Watch watch,
    Evaluate evaluate,
    Http http,
    AgentCheck agentCheck,
    Logging logging,
    Values values) {

  /** Copies the list. */
  public AgentConfig {
    services = List.copyOf(services);
  }

  /**
   * {@code agent}: the process itself.
   *
   * @param host this machine's host name, the default host of services
   * @param startTimeout how long the first contact with every backend may take
   * @param stopTimeout how long a stop may take
   * @param leaveOnStop whether the members leave when the agent stops; otherwise a stop is an
   *     upgrade
   * @param id the name under which the agent finds the members that joined it before a restart;
   *     empty where it has no name that stays the same
   */
  public record Agent(
      String host,
      Duration startTimeout,
      Duration stopTimeout,
      boolean leaveOnStop,
      Optional<String> id) {}

  /**
   * {@code catalog}: where the members are stored.
   *
   * @param uri the store
   * @param createTables which tables the agent may create
   */
  public record Catalog(BackendUri uri, CreateTables createTables) {}

  /** Which tables an agent may create. */
  public enum CreateTables {
    /** Nova's {@code services} and our own. */
    ALL,
    /** Only our own, beside an existing {@code services}. */
    OWN,
    /** None, because an administrator ran what {@code schema} prints. */
    NONE
  }

  /**
   * {@code liveness}: where beats are kept, and after how much silence a member is down.
   *
   * @param backends one or several
   * @param verdict how the votes of several backends combine
   * @param reportInterval the time from a beat to the next
   * @param serviceDownTime the witnessed silence after which a member is down
   * @param pollInterval the time from a poll of a backend to the next
   * @param groups the {@code service_down_time} of groups that have one of their own
   * @param massSilence the guard against writers that cannot write
   */
  public record Liveness(
      List<Backend> backends,
      VerdictRule verdict,
      Duration reportInterval,
      Duration serviceDownTime,
      Duration pollInterval,
      Map<String, Duration> groups,
      MassSilence massSilence) {

    /** Copies the collections. */
    public Liveness {
      backends = List.copyOf(backends);
      groups = Map.copyOf(groups);
    }

    /**
     * The witnessed silence after which a member is down.
     *
     * @param id the member
     * @return the {@code service_down_time} of its group
     */
    public Duration downTime(MemberId id) {
      return groups.getOrDefault(id.group(), serviceDownTime);
    }

    /**
     * Finds the longest {@code service_down_time}.
     *
     * @return that of the group whose members may be silent for longest
     */
    public Duration longestDownTime() {
      return Stream.concat(Stream.of(serviceDownTime), groups.values().stream())
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }

    /**
     * Asks the backends whether they can keep a member's beats under its names.
     *
     * @param id the member
     * @return what is wrong with its names; empty where every backend can keep them
     */
    public Optional<Fault> refusal(MemberId id) {
      return AgentConfig.refusal(backends, id);
    }
  }

  static Optional<Fault> refusal(List<Backend> backends, MemberId id) {
    return backends.stream()
        .flatMap(backend -> backend instanceof BuiltIn own ? Stream.of(own.uri()) : Stream.empty())
        .flatMap(uri -> uri.scheme().refusal(uri, id).stream())
        .findFirst();
  }

  /** How the votes of several backends combine. */
  public enum VerdictRule {
    /** A member is down as soon as one backend says so. */
    ALL,
    /** A member is up as long as one backend says so. */
    ANY
  }

  /**
   * {@code liveness.mass_silence}.
   *
   * @param share the guard acts where more than this share of the writers in sight falls silent
   *     together; 1 turns it off
   * @param minWriters the guard acts where at least so many writers fall silent together
   * @param hold how long the verdicts on their members are withheld; 0 turns the guard off
   */
  public record MassSilence(double share, int minWriters, Duration hold) {}

  /** An entry of {@code liveness.backends}. */
  public sealed interface Backend {
    /**
     * The name that status changes and logs use.
     *
     * @return unique among the backends
     */
    String name();
  }

  /**
   * A backend that comes with the agent.
   *
   * @param name its name, the scheme by default
   * @param uri where it is
   */
  public record BuiltIn(String name, BackendUri uri) implements Backend {}

  /**
   * A third party's liveness verticle.
   *
   * @param name its name
   * @param verticle its class name
   * @param config the configuration that it is deployed with
   */
  public record ThirdParty(String name, String verticle, Map<String, Object> config)
      implements Backend {

    /** Without the configuration, which may hold secrets. */
    @Override
    public String toString() {
      return "ThirdParty[name=" + name + ", verticle=" + verticle + "]";
    }
  }

  /** {@code evaluate}: whether this agent gives verdicts. */
  public enum Evaluate {
    /** It gives verdicts, on its own event bus. */
    ALWAYS,
    /** It gives none. */
    NEVER
  }

  /**
   * {@code http}.
   *
   * @param host the address to listen on
   * @param port the port; 0 takes a free one
   * @param token the token that a write has to carry, which is a secret; empty where none is asked
   * @param tls the certificates; empty for plain text
   * @param allowAnonymous whether the agent may listen beyond loopback without a token
   */
  public record Http(
      String host, int port, Optional<String> token, Optional<Tls> tls, boolean allowAnonymous) {

    /** Without the token. */
    @Override
    public String toString() {
      return "Http[host=" + host + ", port=" + port + ", tls=" + tls + "]";
    }
  }

  /**
   * {@code http.tls}: PEM files.
   *
   * @param certificate the server's certificate chain
   * @param key its key
   * @param clientCa the authority that signs the certificates of clients; empty where clients need
   *     none
   */
  public record Tls(Path certificate, Path key, Optional<Path> clientCa) {}

  /**
   * {@code agent_check}: the listener for HAProxy's agent checks.
   *
   * @param host the address to listen on
   * @param port the port, or empty for none
   */
  public record AgentCheck(String host, Optional<Integer> port) {}

  /**
   * {@code logging}.
   *
   * @param level the least grave events that are logged
   * @param format the form of a line
   */
  public record Logging(LogLevel level, LogFormat format) {
    /** The defaults of both keys, for what is logged before the configuration is read. */
    public static final Logging DEFAULT = new Logging(LogLevel.INFO, LogFormat.TEXT);
  }

  /** How grave an event has to be to be logged. */
  public enum LogLevel {
    /** Something does not work. */
    ERROR,
    /** Something may stop working. */
    WARN,
    /** Something changed, such as a backend that is reachable again. */
    INFO,
    /** Details that help to find a fault. */
    DEBUG,
    /** All details. */
    TRACE
  }

  /** The form of a line of the log. */
  public enum LogFormat {
    /** A line has a time, a level, the name of a class and a sentence. */
    TEXT,
    /** A line is a JSON object. */
    JSON
  }
}
