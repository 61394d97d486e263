package io.servicegroup.cli;

import io.servicegroup.model.MemberId;
import java.util.List;
import java.util.stream.Collectors;

/** Writes lists of members that may be long. */
final class MemberNames {

  private static final int MAX_SHOWN = 10;

  private MemberNames() {}

  /** Writes the first members of a list. */
  static String first(List<MemberId> ids) {
    String first =
        ids.stream().limit(MAX_SHOWN).map(MemberId::toString).collect(Collectors.joining(", "));
    return ids.size() > MAX_SHOWN ? first + ", …" : first;
  }
}
