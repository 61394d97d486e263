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
 * The members that an agent follows: those that {@code watch} names, and always those that joined
 * through the agent.
 *
 * @param watch the key {@code watch} of the configuration
 */
record WatchScope(Watch watch) {

  boolean covers(MemberId id, boolean joinedHere) {
    return watch.covers(id, joinedHere);
  }

  /** Whether the agent follows members other than those that joined through it. */
  boolean lists() {
    return !watch.equals(Watch.OWN);
  }

  /** Reads all followed members; returns no member twice. */
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
