package io.servicegroup.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The parts of the URI of a backend, in the form that tooz and SQLAlchemy use. It may hold a
 * password: print {@link #toString()}, and never {@link #text()}.
 *
 * @param scheme the technology
 * @param user the user name; null where there is none
 * @param password the password, a secret; null where there is none
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
   * The URI with its secrets, for whoever connects.
   *
   * @return a text that {@link #parse} takes
   */
  public String text() {
    return BackendUriReader.write(this, password);
  }

  /**
   * The value of an option that has a default.
   *
   * @param option as its technology declares it
   * @param <T> the type of its values
   * @return the value that is given, otherwise the default
   * @throws NoSuchElementException where there is neither
   */
  public <T> T get(Key<T> option) {
    return find(option).orElseThrow(() -> new NoSuchElementException(option + " has no value"));
  }

  /**
   * The value of an option.
   *
   * @param option as its technology declares it
   * @param <T> the type of its values
   * @return the value that is given, otherwise the default; empty where there is neither
   */
  public <T> Optional<T> find(Key<T> option) {
    return Optional.ofNullable(options.get(option.name()))
        .flatMap(text -> option.type().parse(option.name(), text))
        .or(() -> option.defaultValue(Values.none()));
  }

  /**
   * Whether an option is given, whatever its default is.
   *
   * @param option as its technology declares it
   * @return whether the URI, or the name of its scheme, says it
   */
  public boolean isGiven(Key<?> option) {
    return options.containsKey(option.name());
  }

  /**
   * The part of the servers that the URI means, such as a database.
   *
   * @return its name; the technology's default where the URI gives none
   */
  public String place() {
    return scheme.place(this);
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
        && place().equals(other.place())
        && scheme.options().stream()
            .filter(Key::isPlace)
            .allMatch(option -> find(option).equals(other.find(option)));
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
