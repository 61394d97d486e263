package io.servicegroup.backend.hazelcast;

import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.liveness.StoredBeats;
import io.servicegroup.model.MemberId;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

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
    return parse(text, StoredBeat::parse);
  }

  /** As {@link #parse}; what cannot be read is named in the log. */
  static Optional<HazelcastEntry> parse(String text, MemberId id, StoredBeats stored) {
    return parse(text, beat -> stored.read(id, key(id).replace(BETWEEN, '/'), beat));
  }

  private static Optional<HazelcastEntry> parse(
      String text, Function<String, Optional<StoredBeat>> read) {
    int blank = text == null ? -1 : text.indexOf(' ');
    return text == null
        ? Optional.empty()
        : read.apply(text.substring(blank + 1))
            .filter(beat -> blank > 0)
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
