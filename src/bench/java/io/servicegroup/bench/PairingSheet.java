package io.servicegroup.bench;

import io.servicegroup.faults.PairingFaults;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that was measured of pairings, as it is kept in a file.
 *
 * @param measured when and on what, one line
 * @param nova what Nova's own driver costs; null where it was not measured
 * @param pairings in the order of the technologies
 */
record PairingSheet(String measured, Nova nova, List<Pairing> pairings) {

  /**
   * One pairing.
   *
   * @param catalog name of the technology that keeps the service data
   * @param liveness name of the one that keeps the beats
   * @param cost of a fleet while nothing happens; this and the others are null before they are
   *     measured
   * @param faults what deaths do
   * @param reads for each size of the catalogue
   */
  record Pairing(
      String catalog,
      String liveness,
      PairingCost.Figures cost,
      PairingFaults.Figures faults,
      List<PairingReads.Figures> reads) {

    Pairing with(PairingCost.Figures measured) {
      return new Pairing(catalog, liveness, measured, faults, reads);
    }

    Pairing with(PairingFaults.Figures measured) {
      return new Pairing(catalog, liveness, cost, measured, reads);
    }

    Pairing with(List<PairingReads.Figures> measured) {
      return new Pairing(catalog, liveness, cost, faults, measured);
    }
  }

  /**
   * Nova's own database driver in a closed loop, reckoned at its default {@code report_interval} of
   * 10 s.
   *
   * @param transactions per member and minute
   * @param walBytes per member and minute
   * @param clientCpu CPU-seconds of the service per 1,000 beats
   * @param serverCpu of PostgreSQL
   */
  record Nova(double transactions, double walBytes, double clientCpu, double serverCpu) {}

  /** Reads one; empty where there is no such file. */
  static Optional<PairingSheet> read(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(new JsonObject(Files.readString(file)).mapTo(PairingSheet.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes it. */
  void write(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, JsonObject.mapFrom(this).encodePrettily() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is known of a pairing so far. */
  Pairing of(Technology catalog, Technology liveness) {
    return pairings.stream()
        .filter(one -> one.catalog.equals(catalog.text()) && one.liveness.equals(liveness.text()))
        .findFirst()
        .orElseGet(() -> new Pairing(catalog.text(), liveness.text(), null, null, null));
  }

  /** What was not as the contract says, in any pairing. */
  List<String> faults() {
    return pairings.stream()
        .flatMap(
            one ->
                one.faults.faults().stream()
                    .map(fault -> one.catalog + " + " + one.liveness + ": " + fault))
        .toList();
  }

  /** With what is known of one pairing now. */
  PairingSheet with(Pairing pairing) {
    List<Pairing> all = new ArrayList<>(pairings);
    for (int i = 0; i < all.size(); i++) {
      Pairing before = all.get(i);
      if (before.catalog.equals(pairing.catalog) && before.liveness.equals(pairing.liveness)) {
        all.set(i, pairing);
        return new PairingSheet(measured, nova, all);
      }
    }
    all.add(pairing);
    return new PairingSheet(measured, nova, all);
  }

  /** With Nova's. */
  PairingSheet with(Nova measuredNova) {
    return new PairingSheet(measured, measuredNova, pairings);
  }
}
