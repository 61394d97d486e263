package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the configuration has to know of a technology: how its URIs look and what they may say. Its
 * other half, what it keeps and how, is {@code io.servicegroup.backend.Technology}; one class is
 * both, and a line in {@code META-INF/services/io.servicegroup.config.Scheme} names it. A jar of a
 * third party on the class path adds its own in the same way.
 *
 * <p>Implementations are public, have a public constructor without parameters, keep no state and
 * ask nobody but this machine's files. They are used on any thread.
 */
public interface Scheme {

  /**
   * How long beats live for everybody who reads them. Each technology has this option, with a
   * sentence of its own ({@link Key#explained}); where a URI does not give it, beats live for
   * {@code service_down_time}.
   */
  Key<Duration> TIMEOUT =
      Key.of("timeout", KeyTypes.seconds(), "seconds that a beat lives")
          .otherwise("`service_down_time`");

  /**
   * Every name that may stand before the colon of a URI, in lower case.
   *
   * @return the names; the first is the one in messages and the default name of a backend
   */
  List<String> names();

  /**
   * The port where a URI names none.
   *
   * @return the port; 0 where {@link #hasHosts()} is false
   */
  int defaultPort();

  /**
   * The options that its URIs may carry in the query.
   *
   * @return the options, in the order of the documentation; others are faults
   */
  List<Key<?>> options();

  /**
   * Finds one of {@link #options()}.
   *
   * @param name its name
   * @return the option; empty where there is none of this name
   */
  default Optional<Key<?>> option(String name) {
    return options().stream().filter(option -> option.name().equals(name)).findFirst();
  }

  /**
   * Whether servers are named after the colon, as in {@code redis://host}.
   *
   * @return false where a directory is, as in {@code embedded:data}
   */
  default boolean hasHosts() {
    return true;
  }

  /**
   * The options that a name stands for, as {@code rediss} does for {@code ssl=true}.
   *
   * @param name one of {@link #names()}
   * @return options by name
   */
  default Map<String, String> implied(String name) {
    return Map.of();
  }

  /**
   * Whether a password may stand without a user, as in {@code redis://:secret@host}.
   *
   * @return false where an {@code @} follows the name of a user
   */
  default boolean knowsPasswordsWithoutUser() {
    return false;
  }

  /**
   * Whether presence ends where beats stop, so that one has to live longer than the interval of
   * beats.
   *
   * @return false where a session lives by itself
   */
  default boolean needsBeats() {
    return true;
  }

  /**
   * The part of the servers that a URI means: a database, a cluster or a directory. URIs of one
   * place have the same servers, the same part and the same values of {@link Key#asPlace options
   * that name places}.
   *
   * @param uri one whose options are sound
   * @return the same text for each spelling of one part, its default included
   */
  default String place(BackendUri uri) {
    return uri.path();
  }

  /**
   * What is wrong with a URI, beside what its options and its hosts say by themselves.
   *
   * @param uri one whose options are sound
   * @return sentences that say what is allowed, and hold nothing of the URI
   */
  default List<String> faults(BackendUri uri) {
    return List.of();
  }

  /**
   * What this machine lacks for a URI. Asked once, when the configuration is read.
   *
   * @param uri a sound one
   * @return sentences that say what is required
   */
  default List<String> lacking(BackendUri uri) {
    return List.of();
  }

  /**
   * Whether a member cannot be kept under its names. What is refused here is refused at the join
   * and by {@code check-config}: a member that is accepted and then never beats would be worse.
   *
   * @param uri where
   * @param id the member
   * @return what is wrong with its names; empty where they can be kept
   */
  default Optional<Fault> refusal(BackendUri uri, MemberId id) {
    return Optional.empty();
  }

  /**
   * The name that messages use, and the default name of a backend.
   *
   * @return the first of {@link #names()}
   */
  default String text() {
    return names().get(0);
  }
}
