package io.servicegroup.bench;

import io.servicegroup.testkit.PostgresServer;
import java.util.ArrayList;
import java.util.List;

/** What a heartbeat and a poll cost, ours and the server's, and beside them the peers' beats. */
public final class HeartbeatBench {

  private static final String PEERS = "--peers";
  private static final int MANY = 1_000;

  private HeartbeatBench() {}

  /**
   * Measures and prints.
   *
   * @param arguments names of backends, all where there is none; {@code --peers} for Nova's and
   *     tooz's own beats too
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    boolean peers = names.remove(PEERS);
    try {
      List<Technology> technologies = Technology.named(names);
      Contest.printHeader();
      for (Technology technology : technologies) {
        measure(technology, peers);
      }
      System.exit(0);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      // Otherwise Vert.x's threads would keep the JVM.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void measure(Technology technology, boolean peers) {
    try (Stand stand = technology.start()) {
      beats(stand, peers);
      if (!technology.beats()) {
        presence(stand);
      }
      polls(stand);
    }
  }

  private static void beats(Stand stand, boolean peers) {
    String name = stand.technology().text();
    try (BeatLoop one = new BeatLoop(stand, 1);
        BeatLoop many = new BeatLoop(stand, MANY)) {
      Contest contest =
          new Contest()
              .add(name + ", 1 member an agent", 1, one::write)
              .add(name + ", 1,000 members an agent", MANY, many::write);
      List<Round> medians = peers ? besidePeer(stand, contest) : contest.run();
      one.observe();
      many.observe();
      if (medians.size() > 2) {
        compare(medians.get(0), medians.get(1), medians.get(2));
      }
    }
  }

  private static List<Round> besidePeer(Stand stand, Contest contest) {
    if (stand.technology() == Technology.POSTGRESQL) {
      // Nova makes its own table, so it needs a database of its own.
      try (PostgresServer server = PostgresServer.create();
          Peer nova = Peer.nova(server.uri(), server.pid())) {
        return contest.add("Nova, database driver", 1, nova::run).run();
      }
    }
    if (!stand.technology().hasTooz()) {
      return contest.run();
    }
    try (Peer tooz = Peer.tooz(stand)) {
      return contest.add("tooz, " + stand.technology().text(), 1, tooz::run).run();
    }
  }

  private static void compare(Round one, Round many, Round peer) {
    System.out.printf(
        "    the peer costs %.2f times as much as 1 member an agent, %.1f times as 1,000%n",
        peer.total() / one.total(), peer.total() / many.total());
  }

  private static void presence(Stand stand) {
    String name = stand.technology().text();
    for (int size : new int[] {1, MANY}) {
      int agents = stand.technology().idleAgents(size);
      try (Presence presence = new Presence(stand, agents, size)) {
        new Contest()
            .add("%s, %d agents idle, each of %,d".formatted(name, agents, size), presence::run)
            .run();
      }
    }
  }

  /** What the polls add to beats: the difference of two loops. */
  private static void polls(Stand stand) {
    for (int size : new int[] {1, MANY}) {
      try (BeatLoop loop = new BeatLoop(stand, size)) {
        loop.write(1);
        loop.observe();
        List<Round> medians =
            new Contest()
                .quietly()
                .add("beats", size, loop::write)
                .add("beats and polls", size, loop::writeAndPoll)
                .add("beats and an observer's polls", size, loop::writeAndObserve)
                .run();
        show(stand, size, "agent's", medians.get(0), medians.get(1));
        show(stand, size, "observer's", medians.get(0), medians.get(2));
      }
    }
  }

  private static void show(Stand stand, int size, String whose, Round beats, Round both) {
    double polls = BeatLoop.POLLS / (double) size;
    System.out.printf(
        "%-44s %10s %10.5f %10.5f %10.5f%n",
        "  %s, 1,000 polls, %s of %,d".formatted(stand.technology().text(), whose, size),
        "",
        (both.client() - beats.client()) / polls,
        (both.server() - beats.server()) / polls,
        (both.total() - beats.total()) / polls);
  }
}
