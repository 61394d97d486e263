package io.servicegroup.bench;

import java.util.ArrayList;
import java.util.List;

/** What heartbeats cost on each backend, beside the peer's and the aim. */
final class HeartbeatTable {

  private final List<String> rows = new ArrayList<>();

  /**
   * The medians of one backend.
   *
   * @param one of an agent with one member
   * @param many of an agent with 1,000
   * @param peer of the peer, or null where there is none
   * @param acknowledged of the peer that waits for the server's answer, or null where it always
   *     does
   */
  record Medians(Round one, Round many, Round peer, Round acknowledged) {}

  /** How often the peer's cost is to be more than ours. */
  private record Aim(double one, double many) {

    static Aim of(Technology technology) {
      return technology == Technology.POSTGRESQL ? new Aim(40, 200) : new Aim(1, 3);
    }

    String met(double ratioOne, double ratioMany) {
      return "≥ %.0f: %s, ≥ %.0f: %s"
          .formatted(one, word(ratioOne >= one), many, word(ratioMany >= many));
    }

    private static String word(boolean met) {
      return met ? "met" : "missed";
    }
  }

  /** Adds a backend. */
  void add(Technology technology, Medians medians) {
    rows.add(
        "| %s | %s | %s | %s |"
            .formatted(
                technology.text(),
                text(medians.one),
                text(medians.many),
                peers(technology, medians)));
  }

  private static String peers(Technology technology, Medians medians) {
    if (medians.peer == null) {
      return "– | – | – | –";
    }
    double one = medians.peer.total() / medians.one.total();
    double many = medians.peer.total() / medians.many.total();
    String peer = text(medians.peer);
    if (medians.acknowledged != null) {
      peer +=
          ", acknowledged %s: %.2f"
              .formatted(
                  text(medians.acknowledged), medians.acknowledged.total() / medians.one.total());
    }
    return "%s | %.2f | %.1f | %s".formatted(peer, one, many, Aim.of(technology).met(one, many));
  }

  private static String text(Round round) {
    return "%.4f + %.4f = **%.4f**".formatted(round.client(), round.server(), round.total());
  }

  /** Prints it in Markdown. */
  void print() {
    System.out.println();
    System.out.println("CPU-seconds per 1,000 heartbeats, client + server; medians");
    System.out.println();
    System.out.println(
        "| backend | 1 member an agent | 1,000 members an agent | peer | peer / 1 | peer / 1,000"
            + " | aim |");
    System.out.println("|---|---|---|---|---|---|---|");
    rows.forEach(System.out::println);
  }
}
