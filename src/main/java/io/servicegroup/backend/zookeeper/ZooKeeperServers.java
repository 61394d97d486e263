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
 * Provides every address of every server in random order, and resolves the names again in each
 * round. (The client's own provider picks one address of a name, whether or not a server answers
 * there.) The client's threads call it; it may block on a name server.
 */
final class ZooKeeperServers implements HostProvider {

  private final List<BackendUri.Host> hosts;
  private List<InetSocketAddress> round;
  private int next;
  private boolean connected;

  /** Resolves the names. Blocks. */
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
        // A connection to an unresolved address fails at once with a message that contains its
        // name.
        addresses.add(InetSocketAddress.createUnresolved(host.name(), host.port()));
      }
    }
    Collections.shuffle(addresses);
    return addresses;
  }

  /** Keeps the name in the address, because TLS verifies it. */
  private static InetAddress named(String name, InetAddress address) {
    try {
      return InetAddress.getByAddress(name, address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }

  /** The number of addresses; the client divides its connect timeout by it. */
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

  /**
   * Sleeps on the client's own thread, as its interface demands, after a round in which no server
   * answered.
   */
  private static void pause(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins a new round with the next search. */
  @Override
  public synchronized void onConnected() {
    next = round.size();
    connected = true;
  }

  /** Ignored: the configuration alone determines the servers. */
  @Override
  public boolean updateServerList(
      Collection<InetSocketAddress> servers, InetSocketAddress current) {
    return false;
  }
}
