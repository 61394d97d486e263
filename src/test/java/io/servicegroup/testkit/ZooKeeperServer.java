package io.servicegroup.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.zookeeper.ZooKeeper;

/**
 * A real ZooKeeper on a fixed port, running its own server's main class in a JVM of its own. Its
 * snapshot and its log stay when it is stopped. By default a tick is 500 ms, so that sessions of 1
 * to 10 s can be had.
 */
public final class ZooKeeperServer extends BackendServer {

  /** Printed by a server without others when it has read its data and takes requests. */
  private static final String READY = "PrepRequestProcessor (sid:0) started";

  private static final String TICK_TIME = "tickTime=";

  private final List<String> properties;
  private final List<String> settings;

  private ZooKeeperServer(int port, List<String> properties, List<String> settings) {
    super("zookeeper", TempFiles.directory("servicegroup-zookeeper-"), port);
    this.properties = properties;
    this.settings = settings;
  }

  /**
   * Makes and starts a server.
   *
   * @param settings {@code name=value} of its configuration file, for example {@code tickTime=200};
   *     everything else is ZooKeeper's default
   * @return the running server
   */
  public static ZooKeeperServer create(String... settings) {
    return create(List.of(), settings);
  }

  /**
   * Makes and starts a server with system properties.
   *
   * @param properties {@code name=value}
   * @param settings as {@link #create(String...)}
   * @return the running server
   */
  public static ZooKeeperServer create(List<String> properties, String... settings) {
    ZooKeeperServer server = prepare(Ports.free(), properties, settings);
    server.start();
    return server;
  }

  /** Makes a server that does not run yet. */
  static ZooKeeperServer prepare(int port, List<String> properties, String... settings) {
    return new ZooKeeperServer(port, properties, Arrays.asList(settings));
  }

  @Override
  public String uri(int behind) {
    return "zookeeper://127.0.0.1:" + behind;
  }

  @Override
  void awaitReady() {
    awaitLine(READY);
  }

  @Override
  void forget() {
    TempFiles.delete(data());
  }

  /**
   * Connects past every proxy.
   *
   * @return a client with a session of its own, the caller's to close
   * @throws IOException where the address is none
   */
  public ZooKeeper connect() throws IOException {
    ZooKeeper client = new ZooKeeper("127.0.0.1:" + port(), 10_000, event -> {});
    Eventually.await("a session of ZooKeeper", () -> client.getState().isConnected());
    return client;
  }

  /** Where its data are. */
  Path data() {
    return home().resolve("data");
  }

  private List<String> configuration() {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "dataDir=" + data(),
                "admin.enableServer=false",
                "maxClientCnxns=0",
                // The tests' disk may be slow, and nothing has to survive a power failure.
                "forceSync=no"));
    if (settings.stream().noneMatch(setting -> setting.startsWith("secureClientPort="))) {
      lines.add("clientPort=" + port());
      lines.add("clientPortAddress=127.0.0.1");
    }
    if (settings.stream().noneMatch(setting -> setting.startsWith(TICK_TIME))) {
      lines.add(TICK_TIME + 500);
    }
    lines.addAll(settings);
    return lines;
  }

  @Override
  List<String> command() throws IOException {
    Files.createDirectories(data());
    Path config = home().resolve("zoo.cfg");
    Files.write(config, configuration());
    List<String> command =
        ManagedProcess.java(
            "-Xmx96m", "-Dzookeeper.jmx.log4j.disable=true", "-Dlog.zookeeper=info");
    properties.forEach(property -> command.add("-D" + property));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            config.toString()));
    return command;
  }
}
