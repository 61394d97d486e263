package io.servicegroup.bench;

import io.servicegroup.bench.PairingSheet.Pairing;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The chart of docs/pairings.md: a cell a pairing, three bars a cell. */
final class PairingsChart {

  private static final int LEFT = 120;
  private static final int TOP = 112;
  private static final int CELL_WIDTH = 168;
  private static final int CELL_HEIGHT = 92;
  private static final int BAR = 96;
  private static final String INK = "#1f2937";
  private static final String QUIET = "#64748b";

  private static final List<Bar> BARS =
      List.of(
          new Bar(
              "database transactions per member and minute",
              "#2563eb",
              one -> one.cost().transactions(),
              value -> PairingsPage.number(value)),
          new Bar(
              "CPU-seconds per 1,000 beats, agents and servers",
              "#d97706",
              PairingsPage::total,
              value -> String.format(Locale.ROOT, "%.1f", value)),
          new Bar(
              "seconds until a killed agent is known (service_down_time 5 s)",
              "#be185d",
              one -> one.faults().agentMedian() / 1000.0,
              value -> String.format(Locale.ROOT, "%.1f s", value)));

  private final PairingSheet sheet;
  private final List<String> catalogs;
  private final List<String> backends;
  private final StringBuilder svg = new StringBuilder();

  private record Bar(String name, String colour, ToDoubleFunction<Pairing> value, Text text) {}

  private interface Text {
    String of(double value);
  }

  private PairingsChart(PairingSheet sheet) {
    this.sheet = sheet;
    catalogs = sheet.pairings().stream().map(Pairing::catalog).distinct().toList();
    backends = sheet.pairings().stream().map(Pairing::liveness).distinct().toList();
  }

  /** Draws. */
  static String draw(PairingSheet sheet) {
    return new PairingsChart(sheet).draw();
  }

  private String draw() {
    int width = LEFT + backends.size() * CELL_WIDTH + 16;
    int height = TOP + catalogs.size() * CELL_HEIGHT + 32;
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %1$d %2$d\" width=\"%1$d\""
                .formatted(width, height)
            + " height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\">%n"
                .formatted(height));
    svg.append("<title>What each pairing of catalogue and beats costs and detects</title>\n");
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    legend();
    heads();
    for (Pairing pairing : sheet.pairings()) {
      cell(pairing);
    }
    label(
        16, height - 12, QUIET, "start", "Shorter is better. Bars of one colour share one scale.");
    return svg.append("</svg>\n").toString();
  }

  private void legend() {
    for (int i = 0; i < BARS.size(); i++) {
      int y = 14 + 20 * i;
      rectangle(16, y, 14, 12, BARS.get(i).colour);
      label(38, y + 11, INK, "start", BARS.get(i).name);
    }
  }

  private void heads() {
    label(LEFT - 12, TOP - 28, QUIET, "end", "beats in →");
    label(LEFT - 12, TOP - 10, QUIET, "end", "catalogue in ↓");
    for (int i = 0; i < backends.size(); i++) {
      label(LEFT + i * CELL_WIDTH + 12, TOP - 10, INK, "start", backends.get(i));
    }
    for (int i = 0; i < catalogs.size(); i++) {
      label(LEFT - 12, TOP + i * CELL_HEIGHT + 48, INK, "end", catalogs.get(i));
    }
  }

  private void cell(Pairing pairing) {
    int x = LEFT + backends.indexOf(pairing.liveness()) * CELL_WIDTH;
    int y = TOP + catalogs.indexOf(pairing.catalog()) * CELL_HEIGHT;
    boolean same = pairing.catalog().equals(pairing.liveness());
    rectangle(x + 2, y + 2, CELL_WIDTH - 4, CELL_HEIGHT - 4, same ? "#eef2ff" : "#f8fafc");
    for (int i = 0; i < BARS.size(); i++) {
      Bar bar = BARS.get(i);
      double value = bar.value.applyAsDouble(pairing);
      double most = sheet.pairings().stream().mapToDouble(bar.value).max().orElse(0);
      int length = most == 0 ? 0 : (int) Math.round(BAR * value / most);
      int top = y + 14 + 24 * i;
      rectangle(x + 12, top, Math.max(length, 1), 16, bar.colour);
      label(x + 18 + length, top + 13, INK, "start", bar.text.of(value));
    }
  }

  private void rectangle(int x, int y, int width, int height, String fill) {
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>%n"
            .formatted(x, y, width, height, fill));
  }

  private void label(int x, int y, String fill, String anchor, String words) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" fill=\"%s\" text-anchor=\"%s\">%s</text>%n"
            .formatted(x, y, fill, anchor, words));
  }
}
