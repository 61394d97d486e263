package io.servicegroup.catalog;

import static io.servicegroup.catalog.OrderDocuments.id;
import static io.servicegroup.catalog.OrderDocuments.orderIn;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.runtime.Portions;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes outdated traces of removals from a {@link DocumentStore}. */
final class RemovalTracePruning {

  private static final Logger LOG = LoggerFactory.getLogger(RemovalTracePruning.class);

  /** The number of traces whose neighbouring documents are read at once. */
  private static final int AT_ONCE = 500;

  private final DocumentStore store;
  private final ConditionalChanges conditional;
  private final Clock clock;

  RemovalTracePruning(DocumentStore store, ConditionalChanges conditional, Clock clock) {
    this.store = store;
    this.conditional = conditional;
    this.clock = clock;
  }

  /**
   * Removes traces of removals that are older than removals are remembered. The age counts from the
   * clock or from the median of all traces, whichever is earlier: a wrong clock, or traces that a
   * wrong clock wrote, must not remove the others.
   */
  void prune() {
    long now = clock.millis();
    store
        .removals()
        .map(all -> old(all, now))
        .compose(old -> Portions.inTurn(old, AT_ONCE, this::removeTraces))
        .onFailure(failure -> LOG.debug("Old traces of removals stay until tomorrow", failure));
  }

  private static List<Document> old(List<Document> traces, long now) {
    long[] orders = traces.stream().mapToLong(trace -> orderIn(trace).orElse(0)).sorted().toArray();
    long middle = orders.length == 0 ? 0 : orders[orders.length / 2];
    long oldest = Math.min(now, middle) - RememberedMembers.REMEMBERED.toMillis();
    return traces.stream().filter(trace -> orderIn(trace).orElse(now) < oldest).toList();
  }

  /** Removes traces, and with them the documents of orders whose members never came back. */
  private Future<?> removeTraces(List<Document> some) {
    List<Key> keys = new ArrayList<>();
    for (Document trace : some) {
      Key key = trace.key();
      if (!key.group().isEmpty()) {
        keys.add(new Key(Kind.WORDS, key.group(), key.name()));
        keys.add(new Key(Kind.MEMBER, key.group(), key.name()));
      }
    }
    return store
        .read(keys)
        .compose(
            found -> {
              Set<Key> there = found.stream().map(Document::key).collect(Collectors.toSet());
              Stream<Document> words =
                  found.stream()
                      .filter(each -> each.key().kind() == Kind.WORDS)
                      .filter(each -> !there.contains(MemberDocument.key(id(each.key()))));
              // The documents are removed one after the other: in some stores each removal changes
              // the version of the others.
              return Portions.inTurn(
                  Stream.concat(some.stream(), words).toList(),
                  1,
                  one -> conditional.remove(one.get(0)));
            });
  }
}
