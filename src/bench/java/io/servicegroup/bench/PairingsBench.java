package io.servicegroup.bench;

import io.servicegroup.bench.PairingSheet.Nova;
import io.servicegroup.bench.PairingSheet.Pairing;
import io.servicegroup.faults.PairingFaults;
import io.servicegroup.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/**
 * Every pairing of a catalogue and a liveness backend: what it costs, how fast it answers, how fast
 * it detects, and what the death of its servers does. A complete run writes the figures and the
 * chart of docs/pairings.md.
 */
public final class PairingsBench {

  private static final Path PARTIAL = Path.of("target/pairings.json");
  private static final Path COMPLETE = Path.of("docs/pairings.json");
  private static final Path PAGE = Path.of("docs/pairings.md");
  private static final Path CHART = Path.of("docs/pairings.svg");
  private static final int DEATHS_AT_A_TIME = 2;
  private static final int NOVA_BEATS = 300;
  private static final int NOVA_BEATS_A_MINUTE = 6;

  private final List<Technology> technologies;
  private final long started = System.nanoTime();
  private volatile PairingSheet sheet;

  private PairingsBench(List<Technology> technologies, PairingSheet sheet) {
    this.technologies = technologies;
    this.sheet = sheet;
  }

  /**
   * Measures and prints.
   *
   * @param arguments names of technologies, all where there is none; {@code --peers} for Nova's own
   *     driver too; {@code --resume} to go on where a run of the same call ended; {@code --render}
   *     to measure nothing, and write the page from the figures that are there
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    boolean peers = names.remove("--peers");
    boolean resume = names.remove("--resume");
    boolean render = names.remove("--render");
    try {
      if (render) {
        publish(
            PairingSheet.read(COMPLETE)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            COMPLETE + " is missing: run without --render")));
      } else {
        List<Technology> technologies = withServers(Technology.named(names));
        PairingSheet before = resume ? PairingSheet.read(PARTIAL).orElse(blank()) : blank();
        PairingsBench bench = new PairingsBench(technologies, before);
        bench.run(peers, names.isEmpty());
        System.exit(bench.sheet.faults().isEmpty() ? 0 : 1);
      }
      System.exit(0);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (IOException | RuntimeException e) {
      // Otherwise Vert.x's threads would keep the JVM.
      e.printStackTrace();
      System.exit(1);
    }
  }

  /** An embedded member's catalogue is no server that could be killed or asked for its CPU. */
  private static List<Technology> withServers(List<Technology> named) {
    List<Technology> servers =
        named.stream().filter(one -> one != Technology.HAZELCAST_MEMBER).toList();
    if (servers.isEmpty()) {
      throw new IllegalArgumentException(
          "hazelcast-member has no server to be measured or killed: name others, or none for all");
    }
    return servers;
  }

  private static PairingSheet blank() {
    return new PairingSheet(
        "%s, %d cores, Java %s"
            .formatted(
                LocalDate.now(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version")),
        null,
        List.of());
  }

  private static void publish(PairingSheet sheet) throws IOException {
    Files.writeString(PAGE, PairingsPage.fill(Files.readString(PAGE), sheet));
    Files.writeString(CHART, PairingsChart.draw(sheet));
    System.out.println("wrote " + PAGE + " and " + CHART);
  }

  private void run(boolean peers, boolean all) throws IOException {
    if (peers && sheet.nova() == null) {
      sheet = sheet.with(nova());
    }
    technologies.forEach(this::reads);
    forEachPairing(this::cost);
    deaths();
    System.out.println(PairingsPage.tables(sheet));
    if (all) {
      sheet.write(COMPLETE);
      publish(sheet);
    }
  }

  private void forEachPairing(BiConsumer<Technology, Technology> work) {
    for (Technology catalog : technologies) {
      for (Technology liveness : technologies) {
        work.accept(catalog, liveness);
      }
    }
  }

  private void reads(Technology catalog) {
    if (technologies.stream().allMatch(one -> sheet.of(catalog, one).reads() != null)) {
      return;
    }
    Map<Technology, List<PairingReads.Figures>> figures = new EnumMap<>(Technology.class);
    try (Servers servers = new Servers(technologies);
        PairingReads reads = new PairingReads(servers.of(catalog), technologies)) {
      for (int size : PairingReads.SIZES) {
        progress("answers of %s with %,d members".formatted(catalog.text(), size));
        reads.fill(size);
        for (Technology liveness : technologies) {
          figures
              .computeIfAbsent(liveness, first -> new ArrayList<>())
              .add(reads.read(servers.of(liveness)));
        }
      }
    }
    figures.forEach((liveness, found) -> keep(sheet.of(catalog, liveness).with(found)));
  }

  private void cost(Technology catalog, Technology liveness) {
    if (sheet.of(catalog, liveness).cost() != null) {
      return;
    }
    progress("cost of " + catalog.text() + " + " + liveness.text());
    try (Servers servers = new Servers(List.of(catalog, liveness))) {
      PairingCost.Figures cost = PairingCost.measure(servers.of(catalog), servers.of(liveness));
      keep(sheet.of(catalog, liveness).with(cost));
    }
  }

  /** These wait for the most part, so that two may wait at a time. */
  private void deaths() {
    ExecutorService workers = Executors.newFixedThreadPool(DEATHS_AT_A_TIME);
    List<CompletableFuture<?>> all = new ArrayList<>();
    forEachPairing(
        (catalog, liveness) ->
            all.add(CompletableFuture.runAsync(() -> deaths(catalog, liveness), workers)));
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    } finally {
      workers.shutdown();
    }
  }

  private void deaths(Technology catalog, Technology liveness) {
    if (sheet.of(catalog, liveness).faults() != null) {
      return;
    }
    progress("deaths of " + catalog.text() + " + " + liveness.text());
    PairingFaults.Figures faults = PairingFaults.measure(catalog.text(), liveness.text());
    faults.faults().forEach(this::progress);
    keep(sheet.of(catalog, liveness).with(faults));
  }

  private synchronized void keep(Pairing pairing) {
    sheet = sheet.with(pairing);
    sheet.write(PARTIAL);
  }

  private void progress(String what) {
    System.out.printf("%4d s: %s%n", (System.nanoTime() - started) / 1_000_000_000, what);
  }

  private Nova nova() {
    progress("Nova's own driver");
    try (PostgresServer server = PostgresServer.create();
        Peer nova = Peer.nova(server.uri(), server.pid())) {
      nova.run(NOVA_BEATS);
      Stand.Database before = Stand.count(server);
      Round round = nova.run(NOVA_BEATS);
      Stand.Database after = Stand.count(server);
      double perBeat = (double) NOVA_BEATS_A_MINUTE / NOVA_BEATS;
      return new Nova(
          (after.transactions() - before.transactions()) * perBeat,
          (after.walBytes() - before.walBytes()) * perBeat,
          round.client(),
          round.server());
    }
  }

  /** One server of each technology. */
  private static final class Servers implements AutoCloseable {

    /** Each of the fleet's agents holds several connections. */
    private static final String CONNECTIONS = "max_connections=500";

    private final Map<Technology, Stand> stands = new EnumMap<>(Technology.class);

    Servers(List<Technology> technologies) {
      for (Technology technology : technologies) {
        stands.computeIfAbsent(technology, Servers::start);
      }
    }

    private static Stand start(Technology technology) {
      return technology == Technology.POSTGRESQL ? Stand.postgres(CONNECTIONS) : technology.start();
    }

    Stand of(Technology technology) {
      return stands.get(technology);
    }

    @Override
    public void close() {
      stands.values().forEach(Stand::close);
    }
  }
}
