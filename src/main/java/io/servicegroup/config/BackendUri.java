package io.servicegroup.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a backend is: a URI of the form that tooz and SQLAlchemy use, taken apart. Its text is
 * never printed; see {@link #toString()}.
 *
 * @param scheme the technology
 * @param user the user name, or null
 * @param password the password, or null; a secret
 * @param hosts the servers in order; empty for {@code embedded:}
 * @param path what follows the hosts without its leading slash: a database's name, a directory for
 *     {@code embedded:}; empty where there is none
 * @param options the query, decoded, in order
 */
public record BackendUri(
    Scheme scheme,
    String user,
    String password,
    List<Host> hosts,
    String path,
    Map<String, String> options) {

  /** Copies the collections. */
  public BackendUri {
    hosts = List.copyOf(hosts);
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /**
   * Takes a URI apart.
   *
   * @param text for example {@code postgresql://user:pass@h1:5432,h2:5432/nova?sslmode=require}
   * @return its parts
   * @throws IllegalArgumentException with a sentence that says what is allowed and holds no secret
   */
  public static BackendUri parse(String text) {
    return BackendUriReader.read(text);
  }

  /**
   * Takes a list of servers apart, as it stands in an option.
   *
   * @param text {@code host:port}, with commas between them
   * @param defaultPort the port where none is given; 0 where one has to be
   * @return the servers in order
   * @throws IllegalArgumentException with a sentence that holds nothing of the text
   */
  public static List<Host> servers(String text, int defaultPort) {
    return Stream.of(text.split(",", -1)).map(host -> HostPort.parse(host, defaultPort)).toList();
  }

  /**
   * The URI with its secrets, for the connection only.
   *
   * @return a text that {@link #parse} takes
   */
  public String text() {
    return BackendUriReader.write(this, password);
  }

  /**
   * The value of an option.
   *
   * @param name as its technology declares it
   * @return the value that is given, otherwise the declared default; empty where there is neither
   */
  public String option(String name) {
    return options.getOrDefault(
        name,
        scheme.options().stream()
            .filter(option -> option.name().equals(name))
            .findFirst()
            .map(UriOption::byDefault)
            .orElse(""));
  }

  /**
   * The option {@code timeout}.
   *
   * @return how long a beat is to live, or empty where the option is not given
   */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(options.get(UriOption.TIMEOUT))
        .map(seconds -> Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue()));
  }

  /**
   * Whether another URI names the same servers and the same database, however it is reached.
   *
   * @param other of any technology
   * @return whether what is written through one is read through the other
   */
  public boolean isSamePlaceAs(BackendUri other) {
    return scheme == other.scheme
        && hosts.equals(other.hosts)
        && path.equals(other.path)
        && scheme.options().stream()
            .filter(UriOption::place)
            .map(UriOption::name)
            .allMatch(name -> Objects.equals(options.get(name), other.options.get(name)));
  }

  /** The URI with its secrets masked. */
  @Override
  public String toString() {
    return BackendUriReader.write(this, password == null ? null : "***");
  }

  /**
   * A server.
   *
   * @param name host name or address, IPv6 without brackets
   * @param port port
   */
  public record Host(String name, int port) {
    @Override
    public String toString() {
      return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
    }
  }
}
