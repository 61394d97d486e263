package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresMirrorSql.MirroredWords;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Remembers which operator's words in rows the mirror wrote itself, now or in an earlier run of its
 * agent.
 *
 * <p>Not thread-safe.
 */
final class PostgresMirrorNotes {

  private final Map<MemberId, MirroredWords> words = new HashMap<>();

  /** The words that the mirror wrote into a member's row. */
  MirroredWords of(MemberId id) {
    return words.getOrDefault(id, MirroredWords.NOTHING);
  }

  /** Notes that a member's row was written. */
  void wrote(Member member) {
    words.put(member.id(), MirroredWords.of(member));
  }

  /** Forgets a member whose row is another one or deleted. */
  void forget(MemberId id) {
    words.remove(id);
  }

  void forgetAll() {
    words.clear();
  }

  /**
   * Reads the notes about rows of which nothing is known yet.
   *
   * @param found the members with a row
   * @param isOwn whether a member is one of this agent's
   */
  Future<Void> read(PostgresMirrorBatch rows, List<Member> found, Predicate<MemberId> isOwn) {
    List<MemberId> unknown =
        found.stream().map(Member::id).filter(id -> !words.containsKey(id)).toList();
    return rows.words(unknown)
        .map(
            noted -> {
              noted.forEach(
                  (id, written) -> {
                    if (isOwn.test(id)) {
                      words.put(id, written);
                    }
                  });
              return null;
            });
  }
}
