package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;
import java.util.Collection;
import java.util.stream.Collectors;

/** Names members in log messages. */
final class MemberNames {

  private static final int MOST_NAMED = 5;

  private MemberNames() {}

  /** Returns the first names in order, with an ellipsis where there are more. */
  static String first(Collection<MemberId> members) {
    String names =
        members.stream()
            .sorted()
            .limit(MOST_NAMED)
            .map(MemberId::toString)
            .collect(Collectors.joining(", "));
    return members.size() > MOST_NAMED ? names + ", …" : names;
  }
}
