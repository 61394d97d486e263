package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An agent that may open few sockets, beside services that swallow what is sent to them. */
class DescriptorsIT {

  private static final int SWALLOWING = 30;
  private static final int DESCRIPTORS = 256;

  /** What is kept for the agent's own listener, backends and classes. */
  private static final int RESERVE = 32;

  @Test
  void probesThatAreSwallowedTakeNothingFromOthers() throws Exception {
    List<Socket> queue = new ArrayList<>();
    try (RedisServer server = RedisServer.create();
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ServerSocket service = accepting();
        AgentProcess agent =
            AgentProcess.of(config(server.uri(), service.getLocalPort(), full.getLocalPort()))
                .descriptors(DESCRIPTORS)) {
      fill(full, queue);
      agent.start();
      agent.await(
          0, SWALLOWING, change -> change.member().startsWith("compute/swallowed"), PATIENCE);
      int mark = agent.changes().mark();
      agent.changes().during(Duration.ofSeconds(8));
      assertThat(open(agent)).isLessThan(DESCRIPTORS - RESERVE);
      assertThat(agent.changes().since(mark)).filteredOn(DescriptorsIT::isHealthy).isEmpty();
      assertThat(agent.get("/v1/groups/compute/members/healthy").body()).contains("\"UP\"");
      for (Socket socket : queue) {
        socket.close();
      }
    }
  }

  private static ServerSocket accepting() throws IOException {
    ServerSocket service = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread acceptor =
        new Thread(
            () -> {
              while (!service.isClosed()) {
                try {
                  service.accept().close();
                } catch (IOException e) {
                  return; // it was closed
                }
              }
            });
    acceptor.setDaemon(true);
    acceptor.start();
    return service;
  }

  private static long open(AgentProcess agent) throws IOException {
    try (Stream<Path> files =
        Files.list(Path.of("/proc", Long.toString(agent.process().pid()), "fd"))) {
      return files.count();
    }
  }

  private static boolean isHealthy(Change change) {
    return change.member().equals("compute/healthy");
  }

  private static JsonObject config(String uri, int healthy, int full) {
    JsonArray services = new JsonArray();
    services.add(service("healthy").put("probe", tcp(healthy)));
    for (String host : Configs.names("swallowed", SWALLOWING)) {
      JsonObject probe =
          new JsonObject()
              .put("type", "http")
              .put("url", "http://127.0.0.1:" + full + "/")
              .put("interval", "250ms")
              .put("timeout", "250ms");
      services.add(service(host).put("probe", probe));
    }
    return Configs.agent(uri).put("services", services);
  }

  private static JsonObject tcp(int port) {
    return new JsonObject()
        .put("type", "tcp")
        .put("address", "127.0.0.1:" + port)
        .put("interval", "250ms")
        .put("timeout", "250ms");
  }

  private static JsonObject service(String host) {
    return new JsonObject().put("group", "compute").put("host", host);
  }

  private static void fill(ServerSocket server, List<Socket> queue) throws Exception {
    while (true) {
      Socket socket = new Socket();
      queue.add(socket);
      try {
        socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 300);
      } catch (SocketTimeoutException e) {
        return;
      }
    }
  }
}
