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
 * Moves a catalogue to another store: opens both catalogues, copies, compares and closes them. May
 * be killed at any time and started again.
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
   * Prepares a migration without starting it.
   *
   * @param vertx makes the connections
   * @param startTimeout limits the first contact with each store
   */
  public Migration(Vertx vertx, Duration startTimeout) {
    this.catalogs = new CommandCatalogs(vertx, startTimeout);
  }

  /**
   * Copies the members.
   *
   * @param from the source, which is only read: no tables are created in it
   * @param to the target
   * @param progress receives the progress
   * @return the result; fails with a {@link StartException} that names {@code --from} or {@code
   *     --to} where one of them cannot be reached
   */
  public Future<CatalogCopy.Outcome> run(
      AgentConfig.Catalog from, AgentConfig.Catalog to, Consumer<CatalogCopy.Progress> progress) {
    AgentConfig.Catalog source = new AgentConfig.Catalog(from.uri(), AgentConfig.CreateTables.NONE);
    return catalogs.closeAfter(
        open(FROM, source)
            .compose(
                read ->
                    open(TO, to)
                        .compose(written -> new CatalogCopy(read, written, progress).run())));
  }

  private Future<ServiceCatalog> open(String option, AgentConfig.Catalog settings) {
    return catalogs
        .open(option, settings)
        .recover(failure -> Future.failedFuture(named(option, failure)));
  }

  /**
   * Returns a failure that names the option of this command in place of the key of an agent's
   * configuration.
   */
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
