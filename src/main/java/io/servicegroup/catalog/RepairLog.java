package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.Refusal;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Count;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs which members a store has in an older state than this agent remembers, and which it refuses
 * to take back: once for each state that is lost, however many reads find it.
 *
 * <p>Not thread-safe.
 */
final class RepairLog {

  private static final Logger LOG = LoggerFactory.getLogger(RepairLog.class);

  private final String store;
  private final Concerns concerns;
  private final Map<MemberId, Member> known = RememberedMembers.bounded();
  private final Set<MemberId> unlogged = new HashSet<>();

  /**
   * Creates an object that knows of no loss.
   *
   * @param store the store's URI, with secrets masked
   * @param concerns where a refusal is shown
   */
  RepairLog(String store, Concerns concerns) {
    this.store = store;
    this.concerns = concerns;
  }

  /**
   * Notes that the store lost the state of a member.
   *
   * @param remembered the state that the store is to have again
   * @return whether this loss was not known yet
   */
  boolean lost(Member remembered) {
    // A beat in the meantime makes no other state.
    Member state = remembered.withLastSeenUp(null);
    boolean isNew = !state.equals(known.put(state.id(), state));
    if (isNew) {
      unlogged.add(remembered.id());
    }
    return isNew;
  }

  /** Notes that the store agrees with what is remembered of a member. */
  void settled(MemberId id) {
    if (known.remove(id) != null) {
      concerns.settle(subject(id));
    }
  }

  /**
   * Notes that a repair failed. Only a refusal is reported: the absence of the store is reported
   * elsewhere.
   */
  void failed(MemberId id, Throwable failure) {
    if (isRefusal(failure)) {
      concerns.raise(
          subject(id),
          "what was said of %s is lost, and the store refuses to take it back: %s"
              .formatted(id, failure.getMessage()));
    } else {
      LOG.debug("{}: next attempt with the next read", id, failure);
    }
  }

  static boolean isRefusal(Throwable failure) {
    return Refusal.CONFLICT.isIn(failure);
  }

  private static String subject(MemberId id) {
    return "the words of " + id;
  }

  /** Logs the losses that were found since the last call. */
  void logLosses() {
    if (!unlogged.isEmpty()) {
      LOG.warn(
          "The catalogue {} came back older than what was said of {} ({}): what this"
              + " agent remembers of them is put back",
          store,
          Count.of(unlogged.size(), "member"),
          MemberNames.first(unlogged));
      unlogged.clear();
    }
  }
}
