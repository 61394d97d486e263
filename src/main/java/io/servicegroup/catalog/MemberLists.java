package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.VersionRange;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/**
 * Answers lists: from the store, so that whoever wrote reads what he wrote; from memory, marked as
 * stale, where the store does not answer in time.
 */
final class MemberLists {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreGuard guard;
  private final MemberCache cache;
  private final WordsMender words;
  private final Verdicts verdicts;

  MemberLists(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreGuard guard,
      MemberCache cache,
      WordsMender words,
      Verdicts verdicts) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.guard = guard;
    this.cache = cache;
    this.words = words;
    this.verdicts = verdicts;
  }

  /** Lists members with their verdicts; never fails. */
  Future<Snapshot> list(MemberFilter filter) {
    Future<Snapshot> said = verdicts.ask(filter);
    return guard
        .guard(OnContext.within(vertx, PATIENCE.toMillis(), stored(filter)))
        .transform(
            stored ->
                said.map(
                    verdict ->
                        stored.succeeded()
                            ? Verdicts.merge(stored.result(), verdict, filter, false)
                            : Verdicts.merge(cache.all(), verdict, filter, true)));
  }

  private Future<List<Member>> stored(MemberFilter filter) {
    return filter
        .onlyMember()
        .map(id -> catalog.find(List.of(id)))
        .orElseGet(() -> catalog.list(filter))
        .map(words::shown);
  }

  /** The oldest and newest versions, as the store has them. */
  Future<List<VersionRange>> versions(MemberFilter filter) {
    if (filter.host() != null || filter.status() != null || filter.minVersion() != null) {
      throw new IllegalArgumentException("versions are asked for by group and binary only");
    }
    return guard.guard(catalog.versions(filter.group(), filter.binary()));
  }
}
