package io.servicegroup.backend.hazelcast;

import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.liveness.StoredBeats;
import io.servicegroup.model.MemberId;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * The map's entry of one of our members: the id of the Hazelcast member that its agent is ({@code
 * -} for a client), a blank, and the beat. It is plain text, because another cluster's members do
 * not have our classes.
 *
 * @param owner the Hazelcast member that wrote it, or null for a client
 * @param beat what the member's agent stated
 */
record HazelcastEntry(UUID owner, StoredBeat beat) {

  private static final String NOBODY = "-";

  /** Separates the parts of a key; names contain no control characters. */
  private static final char BETWEEN = '\t';

  /** The key of a member's entry. */
  static String key(MemberId id) {
    return id.group() + BETWEEN + id.host();
  }

  /** The key of an agent's canary. No group has an empty name, so no member has this key. */
  static String canaryKey(String agent) {
    return BETWEEN + agent;
  }

  /**
   * The key by which an agent states that it is alive but cannot beat; no member or canary has it.
   */
  static String stalledKey(String agent) {
    return BETWEEN + "" + BETWEEN + agent;
  }

  static Optional<HazelcastEntry> parse(String text) {
    return parse(text, StoredBeat::parse);
  }

  /** As {@link #parse}; an entry that cannot be read is named in the log. */
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
      return null; // a later version wrote it: a beat without an owner
    }
  }

  String text() {
    return (owner == null ? NOBODY : owner) + " " + beat.text();
  }
}
