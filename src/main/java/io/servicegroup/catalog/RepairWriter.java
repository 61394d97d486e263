package io.servicegroup.catalog;

import io.servicegroup.catalog.RepairDecision.Repair;
import io.servicegroup.model.Member;
import io.vertx.core.Future;
import java.util.Objects;

/**
 * Writes what a {@link RepairDecision} calls for, and remembers what the store has then.
 *
 * <p>Not thread-safe.
 */
final class RepairWriter {

  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final RememberedMembers remembered;

  RepairWriter(
      ServiceCatalog catalog, StoreReachability reachability, RememberedMembers remembered) {
    this.catalog = catalog;
    this.reachability = reachability;
    this.remembered = remembered;
  }

  /**
   * Repairs one member; runs in the member's queue.
   *
   * @return the member as it is stored then; fails where the store refuses the repair or is away
   */
  Future<Member> write(RepairDecision decision) {
    Member written = decision.written();
    return switch (decision.repair()) {
      case NONE -> Future.succeededFuture(decision.shown());
      case PUT_BACK -> putBack(decision);
      case RECREATED -> recreated(decision);
      case CONFIRM ->
          reachability
              .observe(catalog.confirm(decision.stored(), written.wordsOrder()))
              .onSuccess(this::rememberIfAgreed);
      case REMOVE_AGAIN -> reachability.observe(catalog.removeAgain(written)).map(decision.shown());
    };
  }

  /** Puts remembered words back; without the uuid, where the store refuses only that. */
  private Future<Member> putBack(RepairDecision decision) {
    Member written = decision.written();
    String uuid = decision.stored().uuid();
    return reachability
        .observe(catalog.putBack(written))
        .onSuccess(this::rememberIfAgreed)
        .recover(
            failure ->
                RepairLog.isRefusal(failure) && !Objects.equals(uuid, written.uuid())
                    ? reachability
                        .observe(catalog.putBack(written.withUuid(uuid)))
                        .onSuccess(remembered::remember)
                    : Future.failedFuture(failure));
  }

  /**
   * Puts the words of a member back that the store had forgotten. A member that somebody had
   * removed stays as it is now.
   */
  private Future<Member> recreated(RepairDecision decision) {
    Member words = decision.written();
    return reachability
        .observe(catalog.removal(words))
        .compose(
            removed ->
                removed.isPresent()
                    ? Future.succeededFuture(decision.stored())
                    : reachability.observe(catalog.putBack(words)))
        .recover(
            failure ->
                RepairLog.isRefusal(failure)
                    ? Future.succeededFuture(decision.stored())
                    : Future.failedFuture(failure))
        .onSuccess(remembered::remember);
  }

  /** Remembers a member as it is stored, where nothing is left to repair. */
  private void rememberIfAgreed(Member stored) {
    RepairDecision now = remembered.compare(stored);
    if (now.repair() == Repair.NONE) {
      remembered.rememberFound(now);
    }
  }
}
