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
 * Lists members: from the store, so that clients read their own writes; from memory, marked as
 * stale, where the store does not answer in time.
 */
final class MemberLists {

  private static final Duration STORE_TIMEOUT = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final FollowedMembers followed;
  private final CatalogRepair repair;
  private final VerdictLookup verdictLookup;

  MemberLists(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      FollowedMembers followed,
      CatalogRepair repair,
      VerdictLookup verdictLookup) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.followed = followed;
    this.repair = repair;
    this.verdictLookup = verdictLookup;
  }

  /** Lists members with their verdicts; never fails. */
  Future<Snapshot> list(MemberFilter filter) {
    Future<Snapshot> verdicts = verdictLookup.ask(filter);
    return reachability
        .observe(OnContext.within(vertx, STORE_TIMEOUT.toMillis(), stored(filter)))
        .transform(
            stored ->
                verdicts.map(
                    verdict ->
                        stored.succeeded()
                            ? VerdictLookup.merge(stored.result(), verdict, filter, false)
                            : VerdictLookup.merge(followed.all(), verdict, filter, true)));
  }

  private Future<List<Member>> stored(MemberFilter filter) {
    return filter
        .onlyMember()
        .map(id -> catalog.find(List.of(id)))
        .orElseGet(() -> catalog.list(filter))
        .map(repair::shown);
  }

  /** Returns the oldest and newest versions as the store has them. */
  Future<List<VersionRange>> versions(MemberFilter filter) {
    if (filter.host() != null || filter.status() != null || filter.minVersion() != null) {
      throw new IllegalArgumentException("versions are asked for by group and binary only");
    }
    return reachability.observe(catalog.versions(filter.group(), filter.binary()));
  }
}
