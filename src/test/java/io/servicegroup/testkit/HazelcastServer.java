package io.servicegroup.testkit;

import java.util.List;

/**
 * A Hazelcast cluster of one member, for agents that are its clients. It keeps nothing on disk:
 * every start is an empty one.
 *
 * <p>It advertises an address at which nobody listens, so that a client that was given a proxy's
 * address stays behind the proxy.
 */
public final class HazelcastServer extends BackendServer {

  private static final String CLUSTER = "servicegroup-test";
  private static final String NOBODY_LISTENS = "127.0.0.2";

  private HazelcastServer() {
    super("hazelcast", TempFiles.directory("servicegroup-hazelcast-"), Ports.free());
  }

  /**
   * Makes and starts a server.
   *
   * @return the running server
   */
  public static HazelcastServer create(String... none) {
    HazelcastServer server = new HazelcastServer();
    server.start();
    return server;
  }

  @Override
  public String uri(int through) {
    return "hazelcast://127.0.0.1:" + through + "/" + CLUSTER + "?mode=client";
  }

  @Override
  List<String> command() {
    return ManagedProcess.java(
        "-Xmx128m",
        "--add-modules=java.se",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-opens=java.management/sun.management=ALL-UNNAMED",
        "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        HazelcastMember.class.getName(),
        CLUSTER,
        Integer.toString(port()),
        NOBODY_LISTENS);
  }

  @Override
  void awaitReady() {
    awaitLine(HazelcastMember.READY);
  }
}
