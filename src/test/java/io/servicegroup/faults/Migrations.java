package io.servicegroup.faults;

import io.servicegroup.agent.Migration;
import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.CatalogCopy;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/**
 * What the command {@code migrate} does, without a process, and what is in the stores before and
 * after it. Where nobody kills it, a process shows no more than this does.
 */
final class Migrations implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(6);

  private final Vertx vertx = Vertx.vertx();

  /** Copies; fails as the command does. */
  CatalogCopy.Outcome run(String from, String to) {
    Promise<CatalogCopy.Outcome> outcome = Promise.promise();
    vertx.runOnContext(
        started ->
            new Migration(vertx, START_TIMEOUT)
                .run(settings(from), settings(to), progress -> {})
                .onComplete(outcome));
    return Eventually.await(outcome.future());
  }

  /** An open catalogue, which the caller closes. */
  ServiceCatalog catalog(String uri) {
    AgentConfig.Catalog settings = settings(uri);
    ServiceCatalog catalog = Technology.of(settings.uri().scheme()).catalog(vertx, settings);
    Eventually.await(catalog.open());
    return catalog;
  }

  /** All that a store has. */
  List<Member> members(String uri) {
    ServiceCatalog catalog = catalog(uri);
    List<Member> found = Eventually.await(catalog.list(MemberFilter.ALL));
    Eventually.await(catalog.close());
    return found;
  }

  private static AgentConfig.Catalog settings(String uri) {
    return new AgentConfig.Catalog(BackendUri.parse(uri), AgentConfig.CreateTables.ALL);
  }

  @Override
  public void close() {
    Eventually.await(vertx.close());
  }
}
