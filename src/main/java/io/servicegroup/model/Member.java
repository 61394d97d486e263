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
 * @param incarnation its present incarnation, or null where no agent of ours joined it
 * @param agent the id of the agent that beats for it (the <em>writer</em>), or null
 * @param backends the names of the liveness backends that its agent recorded at the join; empty
 *     where no agent of ours joined it
 * @param lastSeenUp when the catalogue's own store last recorded a beat, by the store's clock; null
 *     where it never did or holds no beats. Never a basis for a verdict
 * @param wordsOrder which of two states of the operator's words is the later: the larger of its
 *     predecessor's plus one and the speaker's clock in milliseconds; 0 where nobody spoke. Orders
 *     words, never incarnations
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
    Instant lastSeenUp,
    long wordsOrder) {

  /** Copies the collections; an order beyond all clocks is none. */
  public Member {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(binary, "binary");
    // Map.copyOf would refuse JSON's null.
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    backends = Set.copyOf(backends);
    wordsOrder = WordsOrder.plausible(wordsOrder);
  }

  /** A member of which nobody has said anything yet. */
  public Member(
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
    this(
        id,
        binary,
        uuid,
        version,
        metadata,
        disabled,
        disabledReason,
        forcedDown,
        incarnation,
        agent,
        backends,
        lastSeenUp,
        0);
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
   * which every beat moves, and the order of the words, which says nothing by itself.
   *
   * @param other another state of the same member
   * @return whether a {@code servicegroup.catalog} event is due
   */
  public boolean sameAs(Member other) {
    return other != null
        && Metadata.same(metadata, other.metadata)
        && with(Map.of(), null, 0).equals(other.with(Map.of(), null, 0));
  }

  /**
   * Compares what the order of words orders: the uuid, the operator's words, and within one
   * incarnation the version and the metadata, which each join says anew.
   *
   * @param other another state of the same member
   * @return whether both say the same
   */
  public boolean saysTheSameAs(Member other) {
    boolean sameIncarnation = Objects.equals(incarnation, other.incarnation);
    return Objects.equals(uuid, other.uuid)
        && disabled == other.disabled
        && Objects.equals(disabledReason, other.disabledReason)
        && forcedDown == other.forcedDown
        && (!sameIncarnation
            || (version == other.version && Metadata.same(metadata, other.metadata)));
  }

  /**
   * Copies this member with the words of another state of it: the uuid and the operator's words;
   * the version and the metadata too, unless they were said in an earlier incarnation.
   *
   * @param words the state whose words are to hold
   * @return the copy, with the order of those words
   */
  public Member withWordsOf(Member words) {
    boolean earlier = isLaterIncarnationOf(words);
    return new Member(
        id,
        binary,
        words.uuid,
        earlier ? version : words.version,
        earlier ? metadata : words.metadata,
        words.disabled,
        words.disabledReason,
        words.forcedDown,
        incarnation,
        agent,
        backends,
        lastSeenUp,
        words.wordsOrder);
  }

  /**
   * Copies this member with another public id.
   *
   * @param other the new value, or null
   * @return the copy
   */
  public Member withUuid(String other) {
    return new Member(
        id,
        binary,
        other,
        version,
        metadata,
        disabled,
        disabledReason,
        forcedDown,
        incarnation,
        agent,
        backends,
        lastSeenUp,
        wordsOrder);
  }

  /**
   * Copies this member with another order of its words.
   *
   * @param order the new value
   * @return the copy
   */
  public Member withWordsOrder(long order) {
    return with(metadata, lastSeenUp, order);
  }

  /**
   * Tells whether an agent joined the member again since another state of it.
   *
   * @param other another state of the same member
   * @return whether this one has the newer incarnation
   */
  public boolean isLaterIncarnationOf(Member other) {
    return incarnation != null && incarnation.isNewerThan(other.incarnation);
  }

  /**
   * Tells whether this is another member of the name than one that was removed: somebody asked for
   * it since, or it is Nova's or an older agent's. One that its agent merely goes on with is none.
   *
   * @param removed the member as it was
   * @return whether the removal says nothing of this one
   */
  public boolean isAnotherThan(Member removed) {
    return incarnation == null
        || removed.incarnation == null
        || incarnation.origin() > removed.incarnation.generation();
  }

  /**
   * Copies this member with another time stamp.
   *
   * @param at the new value, or null
   * @return the copy
   */
  public Member withLastSeenUp(Instant at) {
    return with(metadata, at, wordsOrder);
  }

  private Member with(Map<String, Object> said, Instant at, long order) {
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
        at,
        order);
  }
}
