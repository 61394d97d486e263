package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Watch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An agent's whole configuration, checked: an instance that exists obeys the rules of every key and
 * between the keys.
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
 * @param values every key's value, as it was read
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
   * @param startTimeout for the first contact with every backend
   * @param stopTimeout how long a stop may take
   * @param leaveOnStop whether a stop is a leave (else an upgrade)
   * @param id what finds the members to take up again after a restart; empty where nothing tells
   *     this agent from others after one
   */
  public record Agent(
      String host,
      Duration startTimeout,
      Duration stopTimeout,
      boolean leaveOnStop,
      Optional<String> id) {

    /**
     * Makes one that takes nothing up again.
     *
     * @param host this machine's host name, the default host of services
     * @param startTimeout for the first contact with every backend
     * @param stopTimeout how long a stop may take
     * @param leaveOnStop whether a stop is a leave (else an upgrade)
     */
    public Agent(String host, Duration startTimeout, Duration stopTimeout, boolean leaveOnStop) {
      this(host, startTimeout, stopTimeout, leaveOnStop, Optional.empty());
    }
  }

  /**
   * {@code catalog}: where the service data lives.
   *
   * @param uri the store
   * @param createTables which tables the agent may create
   */
  public record Catalog(BackendUri uri, CreateTables createTables) {}

  /** Which tables an agent may create. */
  public enum CreateTables {
    /** Nova's {@code services} and our own. */
    ALL,
    /** Only our own, next to an existing {@code services}. */
    OWN,
    /** None: somebody ran {@code schema}. */
    NONE
  }

  /**
   * {@code liveness}: who beats, and when silence is death.
   *
   * @param backends one or several
   * @param verdict how their votes combine
   * @param reportInterval from a beat to the next
   * @param serviceDownTime of witnessed silence, after which a member is down
   * @param pollInterval how often a polled backend is read
   * @param groups {@code service_down_time} of groups whose members beat at another pace
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
     * After how much witnessed silence a member is down.
     *
     * @param id the member
     * @return that of its group
     */
    public Duration downTime(MemberId id) {
      return groups.getOrDefault(id.group(), serviceDownTime);
    }

    /**
     * Whether one of the backends cannot keep a member's beats.
     *
     * @param id the member
     * @return what is wrong with its names; empty where all can keep them
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
    /** Any backend's down makes it down. */
    ALL,
    /** It is up while any backend sees it. */
    ANY
  }

  /**
   * {@code liveness.mass_silence}.
   *
   * @param share more than this share of the writers in sight; 1 turns the guard off
   * @param minWriters and at least so many
   * @param hold for how long their members' verdicts are withheld; 0 turns it off, too
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
   * @param config what it is deployed with
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
    /** On its own bus. */
    ALWAYS,
    /** Not at all. */
    NEVER
  }

  /**
   * {@code http}.
   *
   * @param host the address to listen on
   * @param port the port; 0 takes a free one
   * @param token what writes must bring, or empty; a secret
   * @param tls certificates, or empty for plain text
   * @param allowAnonymous whether an address other than loopback may go without a token
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
   * @param clientCa who signs the clients that are let in, or empty for everybody
   */
  public record Tls(Path certificate, Path key, Optional<Path> clientCa) {}

  /**
   * {@code agent_check}: HAProxy's.
   *
   * @param host the address to listen on
   * @param port the port, or empty for none
   */
  public record AgentCheck(String host, Optional<Integer> port) {}

  /**
   * {@code logging}.
   *
   * @param level what is logged, with all that is graver
   * @param format how a line looks
   */
  public record Logging(LogLevel level, LogFormat format) {
    /** Where nothing is configured. */
    public static final Logging DEFAULT = new Logging(LogLevel.INFO, LogFormat.TEXT);
  }

  /** How grave an event has to be to be logged. */
  public enum LogLevel {
    /** What does not work. */
    ERROR,
    /** What may stop working. */
    WARN,
    /** What happens. */
    INFO,
    /** What helps in looking for a fault. */
    DEBUG,
    /** Everything. */
    TRACE
  }

  /** How a line of the log looks. */
  public enum LogFormat {
    /** A time, a level, the class's name, a sentence. */
    TEXT,
    /** A JSON object. */
    JSON
  }
}
