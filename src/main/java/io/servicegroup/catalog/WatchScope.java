package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which members an agent follows: those that {@code watch} names, and in any case those that were
 * joined through it.
 *
 * @param watch the configuration
 */
record WatchScope(Watch watch) {

  boolean covers(MemberId id, boolean joinedHere) {
    return watch.covers(id, joinedHere);
  }

  /** Whether there is more to read than members that are known by name. */
  boolean lists() {
    return !watch.equals(Watch.OWN);
  }

  /** Reads them all; no member twice. */
  Future<List<Member>> read(ServiceCatalog catalog, Set<MemberId> joinedHere) {
    if (watch.equals(Watch.ALL)) {
      return catalog.list(MemberFilter.ALL);
    }
    List<Future<List<Member>>> reads = new ArrayList<>();
    reads.add(catalog.find(joinedHere));
    if (watch instanceof Watch.Groups some) {
      for (String group : some.names()) {
        reads.add(catalog.list(new MemberFilter(group, null, null, null)));
      }
    }
    return Future.all(reads)
        .map(
            all -> {
              Map<MemberId, Member> members = new LinkedHashMap<>();
              reads.forEach(read -> read.result().forEach(m -> members.put(m.id(), m)));
              return List.copyOf(members.values());
            });
  }
}
