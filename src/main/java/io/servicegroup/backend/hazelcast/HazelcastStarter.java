package io.servicegroup.backend.hazelcast;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import io.netty.util.NetUtil;
import io.servicegroup.config.BackendUri;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts instances of Hazelcast of one configuration. Blocks. */
interface HazelcastStarter {

  /** The seconds for which a client's first contact is awaited. */
  int FIRST_CONTACT_SECONDS = 5;

  /**
   * Starts an instance.
   *
   * @return a running instance
   * @throws InterruptedException where the thread is interrupted
   */
  HazelcastInstance start() throws InterruptedException;

  /**
   * Releases an instance that this starter started. Blocks until it is shut down, unless another
   * user needs it.
   *
   * @param instance the result of {@link #start}
   */
  default void end(HazelcastInstance instance) {
    instance.shutdown();
  }

  /** Starts members of the cluster. */
  static HazelcastStarter member(Config config) {
    return () -> {
      requireOwn(config.getNetworkConfig().getInterfaces());
      try {
        return HazelcastNode.start(config);
      } catch (IllegalStateException e) {
        // Hazelcast's exception says only that the node failed to start.
        throw new VertxException(
            "this agent could not become a member of the cluster %s with %s: one of them hangs or"
                    .formatted(
                        config.getClusterName(),
                        config.getNetworkConfig().getJoin().getTcpIpConfig().getMembers())
                + " is just starting or ending, or no address of interface and port is free",
            e);
      }
    };
  }

  /**
   * Checks that this machine has the configured address, because Hazelcast's own message for that
   * takes two lines and names no key.
   */
  private static void requireOwn(InterfacesConfig interfaces) {
    for (String address : interfaces.isEnabled() ? interfaces.getInterfaces() : List.<String>of()) {
      byte[] octets = NetUtil.createByteArrayFromIpAddressString(address);
      try {
        if (octets != null
            && NetworkInterface.getByInetAddress(InetAddress.getByAddress(octets)) == null) {
          throw new VertxException(
              "the option interface names %s, which is no address of this machine"
                  .formatted(address),
              true);
        }
      } catch (IOException e) {
        // Hazelcast reports the failure itself.
        return;
      }
    }
  }

  /** Starts clients, which reconnect for as long as the process runs. */
  static HazelcastStarter client(BackendUri uri, ClientConfig config) {
    return () -> {
      CountDownLatch connected = new CountDownLatch(1);
      LifecycleListener listener =
          event -> {
            if (event.getState() == LifecycleState.CLIENT_CONNECTED) {
              connected.countDown();
            }
          };
      ClientConfig listening = new ClientConfig(config);
      listening.addListenerConfig(new ListenerConfig(listener));
      HazelcastInstance instance = HazelcastClient.newHazelcastClient(listening);
      if (!connected.await(FIRST_CONTACT_SECONDS, TimeUnit.SECONDS)) {
        instance.shutdown();
        throw new VertxException(
            "no member of the cluster %s answers at %s".formatted(uri.place(), uri.hosts()), true);
      }
      return instance;
    };
  }

  /**
   * A starter that prepares each instance. An instance that cannot be prepared is ended, and the
   * start fails.
   *
   * @param started prepares an instance, on the thread that starts it
   * @return a starter that otherwise behaves as this one
   */
  default HazelcastStarter preparing(Consumer<HazelcastInstance> started) {
    HazelcastStarter starter = this;
    return new HazelcastStarter() {
      @Override
      public HazelcastInstance start() throws InterruptedException {
        HazelcastInstance instance = starter.start();
        try {
          started.accept(instance);
          return instance;
        } catch (RuntimeException e) {
          starter.end(instance);
          throw e;
        }
      }

      @Override
      public void end(HazelcastInstance instance) {
        starter.end(instance);
      }
    };
  }
}
