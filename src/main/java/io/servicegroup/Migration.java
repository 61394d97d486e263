package io.servicegroup;

import io.servicegroup.catalog.CatalogCopy;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.EmbeddedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Moves a catalogue to another store: opens both, copies, compares, closes both. May be killed at
 * any time and started again.
 *
 * <p>Made and used on one Vert.x context, once.
 */
public final class Migration {

  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String AGENTS_KEY = "catalog.uri: ";
  private static final String TABLES_ADVICE = " and catalog.create_tables is none";
  private static final String ONLY_READ =
      ", and a source is only read: no agent has had its catalogue there";
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Duration startTimeout;
  private final Parts parts = new Parts();

  /**
   * Makes a migration that has not begun.
   *
   * @param vertx for the connections
   * @param startTimeout for the first contact with each store
   */
  public Migration(Vertx vertx, Duration startTimeout) {
    this.vertx = vertx;
    this.startTimeout = startTimeout;
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
                parts
                    .stop(STOP_TIMEOUT)
                    .transform(
                        stopped ->
                            result.succeeded()
                                ? Future.succeededFuture(result.result())
                                : Future.failedFuture(result.cause())));
  }

  private Future<ServiceCatalog> open(String option, AgentConfig.Catalog settings) {
    return server(option, settings.uri())
        .compose(
            uri -> {
              ServiceCatalogFactory factory =
                  Components.create(uri.scheme().catalogFactory(), ServiceCatalogFactory.class);
              return reach(
                  option,
                  uri,
                  () -> {
                    ServiceCatalog catalog =
                        factory.visit(vertx, new AgentConfig.Catalog(uri, settings.createTables()));
                    return catalog
                        .open()
                        .map(catalog)
                        .onSuccess(opened -> parts.add("The catalogue " + uri, catalog::close))
                        .recover(
                            failure ->
                                catalog.close().compose(closed -> Future.failedFuture(failure)));
                  });
            });
  }

  private Future<BackendUri> server(String option, BackendUri uri) {
    return uri.scheme()
        .embeddedServer()
        .map(start(option, uri))
        .orElseGet(() -> Future.succeededFuture(uri));
  }

  private Function<String, Future<BackendUri>> start(String option, BackendUri uri) {
    return name -> {
      EmbeddedServer server = Components.create(name, EmbeddedServer.class);
      parts.add("The embedded server " + uri, server::stop);
      return server
          .start(vertx, uri)
          .recover(
              failure ->
                  Future.failedFuture(StartException.of(failure, option, "cannot start " + uri)));
    };
  }

  private <T> Future<T> reach(String option, BackendUri uri, Supplier<Future<T>> attempt) {
    return new FirstContact(vertx, option, uri.toString(), startTimeout, () -> false)
        .reach(attempt)
        .recover(failure -> Future.failedFuture(named(option, failure)));
  }

  /** What an agent is told to change in its configuration, said of this command's option. */
  private static Throwable named(String option, Throwable failure) {
    String message = StartException.reason(failure);
    if (!message.startsWith(AGENTS_KEY)) {
      return failure;
    }
    String told = message.substring(AGENTS_KEY.length());
    int advice = told.indexOf(TABLES_ADVICE);
    boolean tables = option.equals(FROM) && advice >= 0;
    return new StartException(
        option + ": " + (tables ? told.substring(0, advice) + ONLY_READ : told), failure);
  }
}
