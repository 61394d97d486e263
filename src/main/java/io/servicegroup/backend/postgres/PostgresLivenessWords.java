package io.servicegroup.backend.postgres;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.model.MemberId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out from the rows that an observer polls which members somebody changed without an
 * announcement, as Nova and its operators do in Nova's table: the catalogue has to be read for
 * these members only. Needs all rows that the catalogue follows. Not thread-safe.
 */
final class PostgresLivenessWords {

  /**
   * What a row says of its member.
   *
   * @param id the member; null where the row's names are none of a member
   * @param digest the digest of the columns that the catalogue reads
   */
  record Words(MemberId id, long digest) {}

  private final Map<Integer, Words> known = new HashMap<>();
  private boolean begun;

  /**
   * Takes what a poll read.
   *
   * @param rows the words by row
   * @param everything whether the poll read all rows, so that the others do not exist any more
   * @return the changes since the polls before; that of anybody where this is the first poll that
   *     read everything, because the catalogue may have been read before
   */
  Optional<MemberNews> saw(Map<Integer, Words> rows, boolean everything) {
    boolean first = everything && !begun;
    begun |= everything;
    Set<MemberId> changed = new HashSet<>();
    rows.forEach(
        (serviceId, words) -> {
          Words before = known.put(serviceId, words);
          if (!words.equals(before)) {
            changed.add(words.id());
            if (before != null) {
              changed.add(before.id());
            }
          }
        });
    if (everything) {
      known.entrySet().removeIf(row -> isGone(row, rows, changed));
    }
    if (!begun || (changed.isEmpty() && !first)) {
      return Optional.empty();
    }
    return Optional.of(
        first || changed.contains(null) ? MemberNews.OF_ANYBODY : MemberNews.of(changed));
  }

  private static boolean isGone(
      Map.Entry<Integer, Words> row, Map<Integer, Words> rows, Set<MemberId> changed) {
    boolean gone = !rows.containsKey(row.getKey());
    if (gone) {
      changed.add(row.getValue().id());
    }
    return gone;
  }
}
