package io.servicegroup.bench;

import io.servicegroup.bench.HeartbeatTable.Medians;
import io.servicegroup.testkit.PostgresServer;
import java.util.ArrayList;
import java.util.List;

/** What a heartbeat and a poll cost, ours and the server's, and beside them the peers' beats. */
public final class HeartbeatBench {

  private static final int MANY = 1_000;

  private final boolean peers;
  private final boolean whole;
  private final Contest.Pace pace;
  private final HeartbeatTable table = new HeartbeatTable();

  private HeartbeatBench(boolean peers, boolean whole) {
    this.peers = peers;
    this.whole = whole;
    this.pace = whole ? Contest.Pace.LONG : Contest.Pace.SHORT;
  }

  /**
   * Measures and prints.
   *
   * @param arguments names of backends, all where there is none; {@code --peers} for Nova's and
   *     tooz's own beats too; {@code --long} for more and longer rounds, and for polls
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    HeartbeatBench bench = new HeartbeatBench(names.remove("--peers"), names.remove("--long"));
    try {
      List<Technology> technologies = Technology.named(names);
      Contest.printHeader();
      technologies.forEach(bench::measure);
      bench.table.print();
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

  private void measure(Technology technology) {
    try (Stand stand = technology.start()) {
      table.add(technology, beats(stand));
      if (!technology.beats()) {
        presence(stand);
      }
      if (whole) {
        polls(stand);
      }
    }
  }

  private Medians beats(Stand stand) {
    String name = stand.technology().text();
    try (BeatLoop one = new BeatLoop(stand, 1);
        BeatLoop many = new BeatLoop(stand, MANY)) {
      Contest contest =
          new Contest(pace)
              .add(name + ", 1 member an agent", 1, one::write)
              .add(name + ", 1,000 members an agent", MANY, many::write);
      List<Round> medians = peers ? besidePeer(stand, contest) : contest.run();
      one.observe();
      many.observe();
      return new Medians(
          medians.get(0),
          medians.get(1),
          medians.size() > 2 ? medians.get(2) : null,
          medians.size() > 3 ? medians.get(3) : null);
    }
  }

  private static List<Round> besidePeer(Stand stand, Contest contest) {
    if (stand.technology() == Technology.POSTGRESQL) {
      // Nova makes its own table, so it needs a database of its own.
      try (PostgresServer server = PostgresServer.create();
          Peer nova = Peer.nova(server.uri(), server.pid())) {
        return contest.addPeer("Nova, database driver", nova::run).run();
      }
    }
    if (!stand.technology().hasTooz()) {
      return contest.run();
    }
    String name = "tooz, " + stand.technology().text();
    try (Peer tooz = Peer.tooz(stand)) {
      contest.addPeer(name, tooz::run);
      if (stand.technology() != Technology.MEMCACHED) {
        return contest.run();
      }
      try (Peer waiting = Peer.acknowledgedTooz(stand)) {
        return contest.addPeer(name + ", acknowledged", waiting::run).run();
      }
    }
  }

  private void presence(Stand stand) {
    String name = stand.technology().text();
    for (int size : whole ? List.of(1, MANY) : List.of(1)) {
      int agents = stand.technology().idleAgents(size);
      try (Presence presence = new Presence(stand, agents, size, whole ? 3 : 1)) {
        new Contest(pace)
            .add("%s, %d agents idle, each of %,d".formatted(name, agents, size), presence::run)
            .run();
      }
    }
  }

  /** What the polls add to beats: the difference of two loops. */
  private void polls(Stand stand) {
    for (int size : new int[] {1, MANY}) {
      try (BeatLoop loop = new BeatLoop(stand, size)) {
        loop.write(1);
        loop.observe();
        List<Round> medians =
            new Contest(pace)
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
