package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresMirrorSql.Said;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What of the operator's words in rows the mirror wrote there: what it wrote itself, and what was
 * noted of that in its agent's life before.
 *
 * <p>Not thread-safe.
 */
final class PostgresMirrorNotes {

  private final Map<MemberId, Said> said = new HashMap<>();

  /** What was said in a member's row. */
  Said of(MemberId id) {
    return said.getOrDefault(id, Said.NOTHING);
  }

  /** A member's row is as it should be. */
  void wrote(Member member) {
    said.put(member.id(), Said.of(member));
  }

  /** A row is another one, or nobody's. */
  void forget(MemberId id) {
    said.remove(id);
  }

  void forgetAll() {
    said.clear();
  }

  /**
   * Reads what was noted of rows of which nothing is known yet.
   *
   * @param found the rows
   * @param isOwn whose notes are of use
   */
  Future<Void> read(PostgresMirrorBatch rows, List<Member> found, Predicate<MemberId> isOwn) {
    List<MemberId> unknown =
        found.stream().map(Member::id).filter(id -> !said.containsKey(id)).toList();
    return rows.said(unknown)
        .map(
            noted -> {
              noted.forEach(
                  (id, words) -> {
                    if (isOwn.test(id)) {
                      said.put(id, words);
                    }
                  });
              return null;
            });
  }
}
