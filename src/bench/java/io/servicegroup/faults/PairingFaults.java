package io.servicegroup.faults;

import io.servicegroup.faults.ServerDeath.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What deaths do to a pairing: of a service, of an agent, of each server. */
public final class PairingFaults {

  private static final int AGENTS = 3;
  private static final int SERVICES = 10;

  private PairingFaults() {}

  /**
   * What was measured.
   *
   * @param agentMedian from SIGKILL of an agent to {@code DOWN} of its members at another one, ms
   * @param agentMost the longest
   * @param serviceMedian from SIGKILL of a service with probe {@code pid}, ms
   * @param serviceMost the longest
   * @param catalog what the death of the catalogue's server did
   * @param liveness what the death of the beats' server did; null where they are one
   * @param faults sentences on what was not as the contract says
   */
  public record Figures(
      long agentMedian,
      long agentMost,
      long serviceMedian,
      long serviceMost,
      Seen catalog,
      Seen liveness,
      List<String> faults) {}

  /**
   * Measures, which takes a minute and a half: two fleets, each with servers of its own, beside
   * each other, since both wait for the most part.
   *
   * @param catalog a technology with a server
   * @param liveness another one, or the same
   * @return the figures
   */
  public static Figures measure(String catalog, String liveness) {
    Technology catalogue = technology(catalog);
    Technology beats = technology(liveness);
    List<String> faults = new ArrayList<>();
    CompletableFuture<List<Seen>> servers = async(() -> servers(new Site(catalogue, beats)));
    Latencies agents = new Latencies();
    Latencies services;
    try (Detection fleet = new Detection(new Site(catalogue, beats))) {
      services = fleet.killService(false, SERVICES, faults);
      for (int i = 0; i < AGENTS; i++) {
        agents.addAll(fleet.killAgent(faults));
      }
    }
    if (services.median() > beats.serviceBound.toMillis()) {
      faults.add("a service's death took longer than " + beats.serviceBound.toMillis() + " ms");
    }
    List<Seen> seen = servers.join();
    return new Figures(
        agents.median(),
        agents.most(),
        services.median(),
        services.most(),
        seen.get(0),
        seen.size() > 1 ? seen.get(1) : null,
        faults);
  }

  private static Technology technology(String name) {
    return Technology.named(List.of(name)).get(0);
  }

  /** On a thread that may wait. */
  private static <T> CompletableFuture<T> async(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, task -> new Thread(task, "servers").start());
  }

  private static List<Seen> servers(Site site) {
    try (ServerDeath fleet = new ServerDeath(site)) {
      List<Seen> seen = new ArrayList<>();
      seen.add(fleet.kill(fleet.catalog()));
      if (fleet.liveness() != fleet.catalog()) {
        seen.add(fleet.kill(fleet.liveness()));
      }
      return seen;
    }
  }
}
