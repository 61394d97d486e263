package io.servicegroup.faults;

import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The servers of a fleet: one for the beats, with a proxy for whoever is to be cut off from it, and
 * one for the catalogue, PostgreSQL unless said otherwise. Where both are of one technology, one
 * server is both. Embedded Hazelcast has neither server nor proxy: every agent is one of its
 * members.
 */
final class Site implements AutoCloseable {

  final Technology technology;
  final BackendServer catalog;
  private final BackendServer server;
  private final TcpProxy proxy;
  private final HazelcastAddresses addresses;

  Site(Technology technology) {
    this(Technology.POSTGRESQL, technology);
  }

  /** A pairing of a catalogue, which has a server, with what keeps the beats. */
  Site(Technology catalogue, Technology technology) {
    this.technology = technology;
    catalog = catalogue.start();
    if (technology == catalogue) {
      server = catalog;
    } else {
      server = technology == Technology.HAZELCAST_MEMBER ? null : technology.start();
    }
    proxy = server == null ? null : TcpProxy.to(server.port());
    addresses = server == null ? new HazelcastAddresses() : null;
  }

  /** What the beats are written to. */
  BackendServer server() {
    return server;
  }

  /** What stands before it, for {@link #proxiedObserver()}. */
  TcpProxy proxy() {
    return proxy;
  }

  /** An agent that only watches, everybody. */
  JsonObject observer() {
    return complete(Configs.observer(catalogUri()), false);
  }

  /** An observer behind the proxy. */
  JsonObject proxiedObserver() {
    return complete(Configs.observer(catalogUri()), true);
  }

  /** A sidecar whose members beat while it lives. */
  JsonObject sidecar(String group, List<String> hosts) {
    return complete(Configs.sidecar(catalogUri(), group, hosts), false);
  }

  private String catalogUri() {
    return catalog.uri();
  }

  private JsonObject complete(JsonObject config, boolean proxied) {
    String uri =
        server == null ? addresses.next() : server.uri(proxied ? proxy.port() : server.port());
    if (server == catalog) {
      config.getJsonObject("catalog").put("uri", uri);
    } else {
      config.getJsonObject("liveness").put("backends", new JsonArray().add(uri));
    }
    return config;
  }

  @Override
  public void close() {
    if (proxy != null) {
      proxy.close();
    }
    if (server != null && server != catalog) {
      server.close();
    }
    catalog.close();
  }
}
