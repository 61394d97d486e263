package io.servicegroup.config;

import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The URIs of a technology: their schemes, options and rules. The class that implements this also
 * implements {@code io.servicegroup.backend.Technology}, which makes the backend and the catalogue
 * of a URI. A line in {@code META-INF/services/io.servicegroup.config.Scheme} names the class; a
 * jar of a third party on the class path adds a technology in the same way.
 *
 * <p>Implementations are public, have a public constructor without parameters and keep no state.
 * They may read files of this machine, and ask no other one. They are used on any thread.
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
   * @return the names; messages use the first, which is also the default name of a backend
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
   * Whether a URI names servers, as in {@code redis://host}.
   *
   * @return false where it names a directory, as in {@code embedded:data}
   */
  default boolean hasHosts() {
    return true;
  }

  /**
   * The options that a scheme's name stands for, as {@code rediss} stands for {@code ssl=true}.
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
   * @return false where a password needs the name of a user before it
   */
  default boolean knowsPasswordsWithoutUser() {
    return false;
  }

  /**
   * Whether a member is present only while its beats arrive, so that a beat has to live longer than
   * {@code report_interval}.
   *
   * @return false where a session keeps members present
   */
  default boolean needsBeats() {
    return true;
  }

  /**
   * The part of the servers that a URI means: a database, a cluster or a directory. URIs of one
   * place have the same servers, the same part and the same values of {@link Key#asPlace options
   * that name places}.
   *
   * @param uri a URI without faults
   * @return the same text for each spelling of one part, its default included
   */
  default String place(BackendUri uri) {
    return uri.path();
  }

  /**
   * Checks a URI by the rules that its hosts and its single options cannot check.
   *
   * @param uri a URI, without the options that are at fault
   * @return a sentence for each fault, which says what is allowed and holds nothing of the URI
   */
  default List<String> faults(BackendUri uri) {
    return List.of();
  }

  /**
   * Checks whether this machine has what a URI needs. Called when the configuration is read.
   *
   * @param uri a URI without faults
   * @return a sentence for each thing that is missing
   */
  default List<String> lacking(BackendUri uri) {
    return List.of();
  }

  /**
   * Checks whether the technology can keep a member under its names. {@code check-config} and joins
   * refuse a member that it cannot keep, which otherwise would be accepted and never beat.
   *
   * @param uri the URI of the backend
   * @param id the member
   * @return what is wrong with its names; empty where the member can be kept
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
