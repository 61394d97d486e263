package io.servicegroup.backend.hazelcast;

import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.MemberId;
import java.util.Optional;
import java.util.UUID;

/**
 * What stands in the map about one of our members: a text of the Hazelcast member that its agent is
 * ({@code -} for a client), a blank, and the beat. Plain text, since a cluster of somebody else's
 * has none of our classes.
 *
 * @param owner the Hazelcast member that wrote it, or null
 * @param beat what its agent said
 */
record HazelcastEntry(UUID owner, StoredBeat beat) {

  private static final String NOBODY = "-";

  /** Names hold no control characters. */
  private static final char BETWEEN = '\t';

  /** Where a member's entry is found. */
  static String key(MemberId id) {
    return id.group() + BETWEEN + id.host();
  }

  /** Where an agent's canary is found: no group has an empty name. */
  static String canaryKey(String agent) {
    return BETWEEN + agent;
  }

  /** The key by which an agent says that it lives and cannot beat: no member or canary has it. */
  static String stalledKey(String agent) {
    return BETWEEN + "" + BETWEEN + agent;
  }

  static Optional<HazelcastEntry> parse(String text) {
    int blank = text == null ? -1 : text.indexOf(' ');
    if (blank < 0) {
      return Optional.empty();
    }
    return StoredBeat.parse(text.substring(blank + 1))
        .map(beat -> new HazelcastEntry(owner(text.substring(0, blank)), beat));
  }

  private static UUID owner(String text) {
    try {
      return text.equals(NOBODY) ? null : UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null; // written by something newer: a beat without an owner
    }
  }

  String text() {
    return (owner == null ? NOBODY : owner) + " " + beat.text();
  }
}
