package io.servicegroup.bench;

import io.servicegroup.bench.PairingSheet.Pairing;
import io.servicegroup.faults.ServerDeath.Seen;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The tables of docs/pairings.md: a row a catalogue, a column a liveness backend. */
final class PairingsPage {

  private static final Pattern FIGURES =
      Pattern.compile("(<!-- figures -->\n).*(<!-- end of figures -->)", Pattern.DOTALL);

  private final PairingSheet sheet;
  private final StringBuilder text = new StringBuilder();

  private PairingsPage(PairingSheet sheet) {
    this.sheet = sheet;
  }

  /** A page with its tables replaced. */
  static String fill(String page, PairingSheet sheet) {
    Matcher place = FIGURES.matcher(page);
    if (!place.find()) {
      throw new IllegalStateException("the page has no place for figures");
    }
    return place.replaceFirst("$1" + Matcher.quoteReplacement("\n" + tables(sheet)) + "$2");
  }

  /** The tables. */
  static String tables(PairingSheet sheet) {
    return new PairingsPage(sheet).write();
  }

  private String write() {
    text.append("Measured ").append(sheet.measured()).append(".\n\n");
    cost();
    detection();
    answers();
    deaths();
    broken();
    return text.toString();
  }

  private void cost() {
    heading("What it costs the database");
    table(
        "transactions per member and minute · bytes of WAL per member and minute",
        one -> number(one.cost().transactions()) + " · " + number(one.cost().walBytes()));
    if (sheet.nova() != null) {
      text.append(
          "Nova's own database driver at its default interval of 10 s: %s · %s.%n%n"
              .formatted(number(sheet.nova().transactions()), number(sheet.nova().walBytes())));
    }
    heading("What it costs in CPU");
    table(
        "CPU-seconds per 1,000 beats: agents + catalogue's server + beats' server = **total**",
        one ->
            "%.2f + %.2f + %s = **%.2f**"
                .formatted(
                    one.cost().agentCpu(),
                    one.cost().catalogCpu(),
                    one.catalog().equals(one.liveness())
                        ? "–"
                        : "%.2f".formatted(one.cost().livenessCpu()),
                    total(one)));
    if (sheet.nova() != null) {
      text.append(
          "Nova's own database driver, the beats alone, in a closed loop: %.2f + %.2f.%n%n"
              .formatted(sheet.nova().clientCpu(), sheet.nova().serverCpu()));
    }
  }

  /** Of agents and servers. */
  static double total(Pairing one) {
    return one.cost().agentCpu() + one.cost().catalogCpu() + one.cost().livenessCpu();
  }

  private void detection() {
    heading("How fast it detects");
    table(
        "an agent is killed → `DOWN` at another, median / longest, ms",
        one -> one.faults().agentMedian() + " / " + one.faults().agentMost());
    table(
        "a service is killed (probe `pid`) → `DOWN` at another agent, median / longest, ms",
        one -> one.faults().serviceMedian() + " / " + one.faults().serviceMost());
  }

  private void answers() {
    heading("How fast it answers");
    String sizes =
        sheet.pairings().get(0).reads().stream()
            .map(read -> String.format(Locale.ROOT, "%,d", read.members()))
            .collect(Collectors.joining(" / "));
    table(
        "min(version), ms with " + sizes + " members",
        one -> reads(one, PairingReads.Figures::versions));
    table(
        "the whole list, ms with " + sizes + " members",
        one -> reads(one, PairingReads.Figures::list));
  }

  private static String reads(Pairing one, Function<PairingReads.Figures, Double> figure) {
    return one.reads().stream()
        .map(figure)
        .map(PairingsPage::number)
        .collect(Collectors.joining(" / "));
  }

  private void deaths() {
    heading("What happens when a server is killed");
    table(
        "the catalogue's server (where it is the beats' too, both are dead)",
        one -> death(one.faults().catalog()));
    table(
        "the beats' server",
        one -> one.faults().liveness() == null ? "as above" : death(one.faults().liveness()));
  }

  private void broken() {
    List<String> faults = sheet.faults();
    text.append(
        faults.isEmpty()
            ? "Every death was told once and in the time that the contract gives.\n\n"
            : "**Not as the contract says:**\n\n- " + String.join("\n- ", faults) + "\n\n");
  }

  private static String death(Seen seen) {
    return "%d false · %s · write %d · min %d · %s · %d of 5"
        .formatted(
            seen.falseChanges(),
            seen.stale() ? "stale" : "fresh",
            seen.write(),
            seen.versions(),
            seen.completeAfterMillis() == null
                ? "**never complete**"
                : "%.1f s".formatted(seen.completeAfterMillis() / 1000.0),
            seen.forgottenKept());
  }

  private void heading(String title) {
    text.append("### ").append(title).append("\n\n");
  }

  private void table(String title, Function<Pairing, String> cell) {
    List<String> columns = sheet.pairings().stream().map(Pairing::liveness).distinct().toList();
    text.append(title).append(":\n\n| catalogue ↓, beats → | ");
    text.append(String.join(" | ", columns)).append(" |\n");
    text.append("|---".repeat(columns.size() + 1)).append("|\n");
    sheet.pairings().stream()
        .collect(Collectors.groupingBy(Pairing::catalog, LinkedHashMap::new, Collectors.toList()))
        .forEach(
            (catalog, row) -> {
              text.append("| ").append(catalog).append(" | ");
              text.append(row.stream().map(cell).collect(Collectors.joining(" | ")));
              text.append(" |\n");
            });
    text.append("\n");
  }

  /** With as many digits as mean something. */
  static String number(double value) {
    if (value == 0) {
      return "0";
    }
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%,.0f", value);
  }
}
