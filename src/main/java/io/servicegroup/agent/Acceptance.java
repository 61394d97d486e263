package io.servicegroup.agent;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Makes the operators' words that a catalogue has now the newest, after a deliberate restore:
 * agents then take them over in place of what they remember. May be started again after an
 * interruption.
 *
 * <p>Made and used on one Vert.x context, once.
 */
public final class Acceptance {

  private static final String KEY = "catalog.uri";

  /** The number of members that are written at once. */
  private static final int AT_ONCE = 32;

  /**
   * The number of times that the catalogue is read again for members that somebody changed
   * meanwhile.
   */
  private static final int PASSES = 3;

  private final CommandCatalogs catalogs;
  private final long since;

  /**
   * Prepares an acceptance without starting it.
   *
   * @param vertx makes the connections
   * @param startTimeout limits the first contact with the store
   * @param clock gives the order of the accepted words
   */
  public Acceptance(Vertx vertx, Duration startTimeout, Clock clock) {
    this.catalogs = new CommandCatalogs(vertx, startTimeout);
    this.since = clock.millis();
  }

  /**
   * The result of an acceptance.
   *
   * @param members the number of members in the catalogue
   * @param refused the members whose words the store did not accept
   */
  public record Outcome(int members, List<Member> refused) {}

  /**
   * Accepts the words of all members.
   *
   * @param settings the section {@code catalog} of the configuration
   * @return the result; fails with a {@link StartException} where the store cannot be reached
   */
  public Future<Outcome> run(AgentConfig.Catalog settings) {
    return catalogs.closeAfter(
        catalogs.open(KEY, settings).compose(catalog -> pass(catalog, PASSES)));
  }

  private Future<Outcome> pass(ServiceCatalog catalog, int left) {
    return catalog
        .list(MemberFilter.ALL)
        .compose(
            members -> {
              List<Member> older =
                  members.stream().filter(member -> member.wordsOrder() < since).toList();
              return older.isEmpty() || left == 0
                  ? Future.succeededFuture(new Outcome(members.size(), older))
                  : confirm(catalog, older, 0).compose(done -> pass(catalog, left - 1));
            });
  }

  private Future<Void> confirm(ServiceCatalog catalog, List<Member> members, int from) {
    if (from >= members.size()) {
      return Future.succeededFuture();
    }
    int to = Math.min(members.size(), from + AT_ONCE);
    return Future.join(
            members.subList(from, to).stream()
                .map(member -> catalog.confirm(member, since).otherwise(member))
                .toList())
        .compose(done -> confirm(catalog, members, to));
  }
}
