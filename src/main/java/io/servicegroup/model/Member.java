package io.servicegroup.model;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A member as the catalogue stores it. Its liveness is not part of it: see {@link Verdict}.
 *
 * @param id the member's group and host
 * @param binary the name of the program that runs there, such as {@code nova-compute}
 * @param uuid the public id; null where the program that wrote the row gave none
 * @param version the service's version, for {@code min(version)}
 * @param metadata what the service says about itself; JSON values, unmodifiable
 * @param disabled an operator's word about scheduling; never changes the status
 * @param disabledReason the operator's reason, or null
 * @param forcedDown an operator's word that the member is down, whatever its beats say
 * @param incarnation the present incarnation, or null where no agent of ours joined the member
 * @param agent the id of the agent that beats for the member (the <em>writer</em>), or null
 * @param backends the names of the liveness backends that its agent recorded at the join; empty
 *     where no agent of ours joined it
 * @param lastSeenUp when the catalogue's own store last recorded a beat, by the store's clock; null
 *     where it never did or stores no beats. Never a basis for a verdict
 * @param wordsOrder the order of the operator's words, by which the later of two states of them is
 *     found (see {@link WordsOrder}); 0 where no operator has spoken. It never orders incarnations
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

  /** Copies the collections, and takes an implausible order for 0. */
  public Member {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(binary, "binary");
    metadata = Metadata.frozen(metadata);
    backends = Set.copyOf(backends);
    wordsOrder = WordsOrder.plausible(wordsOrder);
  }

  /** Makes a member about which no operator has spoken. */
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
   * Makes a member that was seen in a backend and has no row in the catalogue.
   *
   * @param id the member's group and host
   * @return a member without any other data, whose binary is its group's name
   */
  public static Member uncatalogued(MemberId id) {
    return new Member(
        id, id.group(), null, 0, Map.of(), false, null, false, null, null, Set.of(), null);
  }

  /**
   * Compares everything but {@code last_seen_up}, which every beat changes, and the order of the
   * words. A difference is to be published as a {@code servicegroup.catalog} event.
   *
   * @param other another state of the same member, or null
   * @return whether both are the same
   */
  public boolean sameAs(Member other) {
    return other == this
        || (other != null
            && id.equals(other.id)
            && binary.equals(other.binary)
            && Objects.equals(uuid, other.uuid)
            && version == other.version
            && Metadata.same(metadata, other.metadata)
            && disabled == other.disabled
            && Objects.equals(disabledReason, other.disabledReason)
            && forcedDown == other.forcedDown
            && Objects.equals(incarnation, other.incarnation)
            && Objects.equals(agent, other.agent)
            && backends.equals(other.backends));
  }

  /**
   * Replaces this state by a known one that says the same, so that what was read of ten thousand
   * members again and again is in memory once.
   *
   * @param known another state of the same member, or null
   * @return the known state with this one's time stamp, or this one where they differ
   */
  public Member sharedWith(Member known) {
    if (!sameAs(known) || wordsOrder != known.wordsOrder || !metadata.equals(known.metadata)) {
      return this;
    }
    return Objects.equals(lastSeenUp, known.lastSeenUp) ? known : known.withLastSeenUp(lastSeenUp);
  }

  /**
   * Compares the fields that the order of words applies to: the uuid, the operator's words, and
   * within one incarnation the version and the metadata, which every join sets anew.
   *
   * @param other another state of the same member
   * @return whether these fields are the same
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
   * Copies this member with the words of another state of it: the uuid, the operator's words and
   * their order, and also the version and the metadata unless they are of an earlier incarnation.
   *
   * @param words the state whose words are copied
   * @return the copy
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
    return with(other, metadata, lastSeenUp, wordsOrder);
  }

  /**
   * Copies this member with another order of its words.
   *
   * @param order the new value
   * @return the copy
   */
  public Member withWordsOrder(long order) {
    return with(uuid, metadata, lastSeenUp, order);
  }

  /**
   * Tells whether an agent has joined the member again since another state of it.
   *
   * @param other another state of the same member
   * @return whether this state has the newer incarnation
   */
  public boolean isLaterIncarnationOf(Member other) {
    return incarnation != null && incarnation.isNewerThan(other.incarnation);
  }

  /**
   * Tells whether this is a different member than a removed one with the same name: somebody asked
   * for it since the removal, or one of the two has no incarnation, as Nova's members do. A
   * continuation (see {@link Incarnation}) of the removed member is no different member.
   *
   * @param removed the member as it was when it was removed
   * @return whether the removal does not apply to this member
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
    return with(uuid, metadata, at, wordsOrder);
  }

  private Member with(
      String newUuid, Map<String, Object> newMetadata, Instant newLastSeenUp, long newOrder) {
    return new Member(
        id,
        binary,
        newUuid,
        version,
        newMetadata,
        disabled,
        disabledReason,
        forcedDown,
        incarnation,
        agent,
        backends,
        newLastSeenUp,
        newOrder);
  }
}
