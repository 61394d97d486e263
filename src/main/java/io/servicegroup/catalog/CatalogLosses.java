package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Count;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports that the catalogue lost service data and that it has them again, and which of its
 * documents nobody can read. Each is logged once.
 */
final class CatalogLosses {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogLosses.class);

  private final Vertx vertx;
  private final String store;
  private final Concerns concerns;
  private final Set<MemberId> concerned = new HashSet<>();
  private Set<String> unreadable = Set.of();
  private Set<MemberId> missing = Set.of();
  private Instant since;

  /**
   * Creates an object that has reported nothing yet.
   *
   * @param vertx whose event bus carries the reports to health
   * @param store the store's URI, with secrets masked
   */
  CatalogLosses(Vertx vertx, String store) {
    this.vertx = vertx;
    this.store = store;
    this.concerns = Concerns.ofCatalog(vertx);
  }

  /** Takes in the members that a read found lost and not restored yet, possibly none. */
  void found(Set<MemberId> lost) {
    if (lost.equals(missing)) {
      return;
    }
    if (missing.isEmpty()) {
      since = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      concerned.clear();
      LOG.warn(
          "The catalogue {} lost service data, of {} so far ({}): it is restored by the agents that"
              + " remember them",
          store,
          Count.of(lost.size(), "member"),
          MemberNames.first(lost));
    }
    concerned.addAll(lost);
    missing = lost;
    if (lost.isEmpty()) {
      LOG.info(
          "The catalogue {} has all service data again, which it had lost of {}",
          store,
          Count.of(concerned.size(), "member"));
    }
    CatalogLoss loss = new CatalogLoss(since, concerned.size(), missing.size());
    Topics.CATALOG_LOSS.publish(vertx, loss);
  }

  /** Takes in the documents that a read could not interpret as members, possibly none. */
  void unreadable(Map<String, String> documents) {
    unreadable.stream().filter(name -> !documents.containsKey(name)).forEach(concerns::settle);
    documents.forEach(
        (name, why) ->
            concerns.raise(
                name,
                "%s cannot be read (%s) and is left out of all lists: repair or remove it, or let"
                        .formatted(name, why)
                    + " its agent join again"));
    unreadable = Set.copyOf(documents.keySet());
  }
}
