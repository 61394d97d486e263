package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads members once more before they are joined again after a restart: while the join failed or
 * had to wait, another agent may have joined them. One read runs at a time; members that are
 * requested meanwhile are in the next one.
 *
 * <p>Not thread-safe.
 */
final class OwnershipCheck {

  private static final int AT_ONCE = 500;

  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final Consumer<Member> found;
  private final Map<MemberId, Promise<Void>> waiting = new HashMap<>();
  private boolean reading;

  /**
   * Creates an object without pending requests.
   *
   * @param found receives each member as it is stored now, before the request for it is answered
   */
  OwnershipCheck(ServiceCatalog catalog, StoreReachability reachability, Consumer<Member> found) {
    this.catalog = catalog;
    this.reachability = reachability;
    this.found = found;
  }

  /**
   * Reads a member.
   *
   * @return completes when the member was read; fails where the store could not be asked, or does
   *     not have the member: the periodic reads find out whether it was removed or lost
   */
  Future<Void> check(MemberId id) {
    Promise<Void> answer = waiting.computeIfAbsent(id, asked -> Promise.promise());
    if (!reading) {
      read();
    }
    return answer.future();
  }

  private void read() {
    Map<MemberId, Promise<Void>> some = new HashMap<>();
    for (MemberId id : waiting.keySet().stream().limit(AT_ONCE).toList()) {
      some.put(id, waiting.remove(id));
    }
    reading = true;
    reachability
        .observe(catalog.find(some.keySet()))
        .onComplete(
            read -> {
              reading = false;
              if (!waiting.isEmpty()) {
                read();
              }
              if (read.failed()) {
                some.values().forEach(answer -> answer.fail(read.cause()));
              } else {
                answer(some, read.result());
              }
            });
  }

  private void answer(Map<MemberId, Promise<Void>> some, List<Member> members) {
    Set<MemberId> there = new HashSet<>();
    for (Member member : members) {
      there.add(member.id());
      found.accept(member);
    }
    some.forEach(
        (id, answer) -> {
          if (there.contains(id)) {
            answer.complete();
          } else {
            answer.fail(id + " is not in the catalogue at present");
          }
        });
  }
}
