package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.VersionRange;
import java.util.Collection;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Computes the oldest and newest versions of members that were read. */
final class VersionSummary {

  private VersionSummary() {}

  /**
   * Returns one range for each group and binary, in their order. Forced-down members do not count.
   */
  static List<VersionRange> of(Collection<Member> members) {
    return members.stream()
        .filter(member -> !member.forcedDown())
        .collect(
            Collectors.groupingBy(
                member -> List.of(member.id().group(), member.binary()),
                Collectors.summarizingInt(Member::version)))
        .entrySet()
        .stream()
        .sorted(Comparator.comparing(range -> String.join("\0", range.getKey())))
        .map(VersionSummary::range)
        .toList();
  }

  private static VersionRange range(Map.Entry<List<String>, IntSummaryStatistics> versions) {
    return new VersionRange(
        versions.getKey().get(0),
        versions.getKey().get(1),
        versions.getValue().getMin(),
        versions.getValue().getMax());
  }
}
