package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what the store lost of what was said of members, once for all that a read found, and what it
 * refuses to take back.
 *
 * <p>Not thread-safe.
 */
final class WordsLog {

  private static final Logger LOG = LoggerFactory.getLogger(WordsLog.class);
  private static final int MOST_NAMED = 5;

  private final String store;
  private final Concerns concerns;
  private final Set<MemberId> lost = new HashSet<>();

  /**
   * Says nothing yet.
   *
   * @param store its URI, with secrets masked
   */
  WordsLog(String store, Concerns concerns) {
    this.store = store;
    this.concerns = concerns;
  }

  /** The store lost what was said of a member. */
  void lost(MemberId id) {
    lost.add(id);
  }

  /** Says what was lost since the last call, where anything was. */
  void say() {
    if (!lost.isEmpty()) {
      LOG.warn(
          "The catalogue {} came back older than what was said of {} members ({}{}): what this"
              + " agent remembers of them is put back",
          store,
          lost.size(),
          lost.stream()
              .sorted()
              .limit(MOST_NAMED)
              .map(MemberId::toString)
              .collect(Collectors.joining(", ")),
          lost.size() > MOST_NAMED ? ", …" : "");
      lost.clear();
    }
  }

  /** The store has again what was said of a member. */
  void mended(MemberId id) {
    concerns.settle(subject(id));
  }

  /** An absent store is nobody's refusal: the next read tries again. */
  void failed(MemberId id, Throwable failure) {
    if (failure instanceof ServiceGroupException refusal && refusal.status() == 409) {
      concerns.raise(
          subject(id),
          "what was said of %s is lost, and the store refuses to take it back: %s"
              .formatted(id, failure.getMessage()));
    } else {
      LOG.debug("{}: next attempt with the next read", id, failure);
    }
  }

  private static String subject(MemberId id) {
    return "the words of " + id;
  }
}
