package io.servicegroup.backend.zookeeper;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.HostNames;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.client.HostProvider;

/**
 * Every address of every server, in an order of its own, each round resolved anew. (The client's
 * own provider picks one address of a name, be it dead or not.) Asked by the client's threads,
 * which may wait for a name server.
 */
final class ZooKeeperServers implements HostProvider {

  private final List<BackendUri.Host> hosts;
  private List<InetSocketAddress> round;
  private int next;
  private boolean connected;

  /** Resolves, and so blocks. */
  ZooKeeperServers(List<BackendUri.Host> hosts) {
    this.hosts = List.copyOf(hosts);
    this.round = resolve();
  }

  private List<InetSocketAddress> resolve() {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (BackendUri.Host host : hosts) {
      try {
        for (InetAddress address : HostNames.ofThisMachine().addresses(host.name()).join()) {
          addresses.add(new InetSocketAddress(named(host.name(), address), host.port()));
        }
      } catch (CompletionException e) {
        // Connecting to it fails at once, with a sentence that names it.
        addresses.add(InetSocketAddress.createUnresolved(host.name(), host.port()));
      }
    }
    Collections.shuffle(addresses);
    return addresses;
  }

  /** TLS verifies the name. */
  private static InetAddress named(String name, InetAddress address) {
    try {
      return InetAddress.getByAddress(name, address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }

  /** Among how many the client divides its time. */
  @Override
  public synchronized int size() {
    return round.size();
  }

  @Override
  public InetSocketAddress next(long spinDelay) {
    boolean roundIsOver;
    boolean inVain;
    synchronized (this) {
      roundIsOver = next == round.size();
      inVain = !connected;
    }
    if (roundIsOver) {
      if (inVain) {
        pause(spinDelay);
      }
      List<InetSocketAddress> resolved = resolve();
      synchronized (this) {
        round = resolved;
        next = 0;
        connected = false;
      }
    }
    synchronized (this) {
      return round.get(next++);
    }
  }

  /** As the client wants it, on its own thread, after a round in which nobody was reached. */
  private static void pause(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next search is a new round. */
  @Override
  public synchronized void onConnected() {
    next = round.size();
    connected = true;
  }

  /** The list is the configuration's. */
  @Override
  public boolean updateServerList(
      Collection<InetSocketAddress> servers, InetSocketAddress current) {
    return false;
  }
}
