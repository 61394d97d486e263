package io.servicegroup.testkit;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;

/**
 * A plain Hazelcast member as somebody else's cluster consists of them: the defaults, on loopback,
 * without any class of ours.
 */
final class HazelcastMember {

  /** Printed when it can be used. */
  static final String READY = "the Hazelcast member is ready";

  private HazelcastMember() {}

  /**
   * Runs until it is ended.
   *
   * @param arguments the cluster's name, the port to listen on, the address to advertise
   */
  public static void main(String[] arguments) {
    Config config = new Config();
    config.setClusterName(arguments[0]);
    config.getNetworkConfig().setPort(Integer.parseInt(arguments[1])).setPortAutoIncrement(false);
    config.getNetworkConfig().setPublicAddress(arguments[2] + ":" + arguments[1]);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).addMember("127.0.0.1:" + arguments[1]);
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.logging.type", "slf4j");
    Hazelcast.newHazelcastInstance(config);
    System.out.println(READY);
  }
}
