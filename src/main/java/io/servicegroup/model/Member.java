package io.servicegroup.model;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A member as the catalogue holds it. Liveness is not part of it: see {@link Verdict}.
 *
 * @param id group and host
 * @param binary the group's name for what runs there, {@code nova-compute}
 * @param uuid the public id; null where the row was written by somebody who gives none
 * @param version the service's version, for {@code min(version)}
 * @param metadata what the service says about itself; JSON values, unmodifiable
 * @param disabled an operator's word about scheduling; never changes the status
 * @param disabledReason the operator's reason, or null
 * @param forcedDown an operator's word that it is down, whatever its beats say
 * @param incarnation its present life, or null where no agent of ours joined it
 * @param agent the id of the agent that beats for it (the <em>writer</em>), or null
 * @param backends the names of the liveness backends that its agent recorded at the join; empty
 *     where no agent of ours joined it
 * @param lastSeenUp when the catalogue's own store last recorded a beat, by the store's clock; null
 *     where it never did or holds no beats. Never a basis for a verdict
 */
public record Member(
    MemberId id,
    String binary,
    String uuid,
    int version,
    Map<String, Object> metadata,
    boolean disabled,
    String disabledReason,
    boolean forcedDown,
    Incarnation incarnation,
    String agent,
    Set<String> backends,
    Instant lastSeenUp) {

  /** Copies the collections. */
  public Member {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(binary, "binary");
    // Map.copyOf would refuse JSON's null.
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    backends = Set.copyOf(backends);
  }

  /**
   * Makes a member that a backend shows and the catalogue has no row of.
   *
   * @param id group and host
   * @return a member about which nothing else is known; the group stands for its binary
   */
  public static Member uncatalogued(MemberId id) {
    return new Member(
        id, id.group(), null, 0, Map.of(), false, null, false, null, null, Set.of(), null);
  }

  /**
   * Compares what a watcher of the catalogue cares about: everything but {@code last_seen_up},
   * which every beat moves.
   *
   * @param other another state of the same member
   * @return whether a {@code servicegroup.catalog} event is due
   */
  public boolean sameAs(Member other) {
    return other != null
        && Metadata.same(metadata, other.metadata)
        && with(Map.of(), null).equals(other.with(Map.of(), null));
  }

  /**
   * Tells whether an agent joined the member again since another state of it.
   *
   * @param other another state of the same member
   * @return whether this one has the newer incarnation
   */
  public boolean isLaterLifeOf(Member other) {
    return incarnation != null && incarnation.isNewerThan(other.incarnation);
  }

  /**
   * Copies this member with another time stamp.
   *
   * @param at the new value, or null
   * @return the copy
   */
  public Member withLastSeenUp(Instant at) {
    return with(metadata, at);
  }

  private Member with(Map<String, Object> said, Instant at) {
    return new Member(
        id,
        binary,
        uuid,
        version,
        said,
        disabled,
        disabledReason,
        forcedDown,
        incarnation,
        agent,
        backends,
        at);
  }
}
