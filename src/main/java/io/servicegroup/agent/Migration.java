package io.servicegroup.agent;

import io.servicegroup.bus.FaultException;
import io.servicegroup.catalog.CatalogCopy;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Moves a catalogue to another store: opens both, copies, compares, closes both. May be killed at
 * any time and started again.
 *
 * <p>Made and used on one Vert.x context, once.
 */
public final class Migration {

  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String ONLY_READ =
      ", and a source is only read: no agent has had its catalogue there";

  private final CommandCatalogs catalogs;

  /**
   * Makes a migration that has not begun.
   *
   * @param vertx for the connections
   * @param startTimeout for the first contact with each store
   */
  public Migration(Vertx vertx, Duration startTimeout) {
    this.catalogs = new CommandCatalogs(vertx, startTimeout);
  }

  /**
   * Copies.
   *
   * @param from where the members are; is only read, and no tables are made there
   * @param to where they are to be
   * @param progress is told how far it is
   * @return what it came to; fails with a {@link StartException} that names {@code --from} or
   *     {@code --to} where one of them cannot be reached
   */
  public Future<CatalogCopy.Outcome> run(
      AgentConfig.Catalog from, AgentConfig.Catalog to, Consumer<CatalogCopy.Progress> progress) {
    AgentConfig.Catalog source = new AgentConfig.Catalog(from.uri(), AgentConfig.CreateTables.NONE);
    return open(FROM, source)
        .compose(
            read -> open(TO, to).compose(written -> new CatalogCopy(read, written, progress).run()))
        .transform(
            result ->
                catalogs
                    .close()
                    .transform(
                        stopped ->
                            result.succeeded()
                                ? Future.succeededFuture(result.result())
                                : Future.failedFuture(result.cause())));
  }

  private Future<ServiceCatalog> open(String option, AgentConfig.Catalog settings) {
    return catalogs
        .open(option, settings)
        .recover(failure -> Future.failedFuture(named(option, failure)));
  }

  /** What an agent is told to change in its configuration, said of this command's option. */
  private static Throwable named(String option, Throwable failure) {
    if (!(failure.getCause() instanceof FaultException wrong)) {
      return failure;
    }
    return new StartException(
        wrong.setting().isPresent() && option.equals(FROM)
            ? option + ": " + wrong.fault().rule() + ONLY_READ
            : wrong.messageFor(option),
        wrong);
  }
}
