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
  private static final String STYLE =
      """
      <style>
        .page { fill: #ffffff }
        .cell { fill: #f1f5f9 }
        .same { fill: #e0f2fe }
        .bar0 { fill: #2563eb }
        .bar1 { fill: #d97706 }
        .bar2 { fill: #be185d }
        text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #0f172a }
        .quiet { fill: #475569 }
        @media (prefers-color-scheme: dark) {
          .page { fill: #0d1117 }
          .cell { fill: #1e293b }
          .same { fill: #0c2d48 }
          .bar0 { fill: #60a5fa }
          .bar1 { fill: #fbbf24 }
          .bar2 { fill: #f472b6 }
          text { fill: #f1f5f9 }
          .quiet { fill: #cbd5e1 }
        }
      </style>
      """;

  private static final List<Bar> BARS =
      List.of(
          new Bar(
              "database transactions per member and minute",
              one -> one.cost().transactions(),
              value -> PairingsPage.number(value)),
          new Bar(
              "CPU-seconds per 1,000 beats, agents and servers",
              PairingsPage::total,
              value -> String.format(Locale.ROOT, "%.1f", value)),
          new Bar(
              "seconds until a killed agent is known (service_down_time 5 s)",
              one -> one.faults().agentMedian() / 1000.0,
              value -> String.format(Locale.ROOT, "%.1f s", value)));

  private final PairingSheet sheet;
  private final List<String> catalogs;
  private final List<String> backends;
  private final StringBuilder svg = new StringBuilder();

  private record Bar(String name, ToDoubleFunction<Pairing> value, Text text) {}

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
            .formatted(width, height));
    svg.append(" height=\"%d\" role=\"img\" aria-labelledby=\"title\">%n".formatted(height));
    svg.append("<title id=\"title\">What each pairing of catalogue and beats costs the database");
    svg.append(" and the machines, and how fast it detects</title>\n").append(STYLE);
    svg.append("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    legend();
    heads();
    for (Pairing pairing : sheet.pairings()) {
      cell(pairing);
    }
    label(
        16,
        height - 12,
        "quiet",
        "start",
        "Shorter is better. Bars of one colour share one scale.");
    return svg.append("</svg>\n").toString();
  }

  private void legend() {
    for (int i = 0; i < BARS.size(); i++) {
      int y = 14 + 20 * i;
      rectangle(16, y, 14, 12, "bar" + i);
      label(38, y + 11, "", "start", BARS.get(i).name);
    }
  }

  private void heads() {
    label(LEFT - 12, TOP - 28, "quiet", "end", "beats in →");
    label(LEFT - 12, TOP - 10, "quiet", "end", "catalogue in ↓");
    for (int i = 0; i < backends.size(); i++) {
      label(LEFT + i * CELL_WIDTH + 12, TOP - 10, "", "start", backends.get(i));
    }
    for (int i = 0; i < catalogs.size(); i++) {
      label(LEFT - 12, TOP + i * CELL_HEIGHT + 48, "", "end", catalogs.get(i));
    }
  }

  private void cell(Pairing pairing) {
    int x = LEFT + backends.indexOf(pairing.liveness()) * CELL_WIDTH;
    int y = TOP + catalogs.indexOf(pairing.catalog()) * CELL_HEIGHT;
    boolean same = pairing.catalog().equals(pairing.liveness());
    rectangle(x + 2, y + 2, CELL_WIDTH - 4, CELL_HEIGHT - 4, same ? "same" : "cell");
    for (int i = 0; i < BARS.size(); i++) {
      Bar bar = BARS.get(i);
      double value = bar.value.applyAsDouble(pairing);
      double most = sheet.pairings().stream().mapToDouble(bar.value).max().orElse(0);
      int length = most == 0 ? 0 : (int) Math.round(BAR * value / most);
      int top = y + 14 + 24 * i;
      rectangle(x + 12, top, Math.max(length, 1), 16, "bar" + i);
      label(x + 18 + length, top + 13, "", "start", bar.text.of(value));
    }
  }

  private void rectangle(int x, int y, int width, int height, String type) {
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" class=\"%s\"/>%n"
            .formatted(x, y, width, height, type));
  }

  private void label(int x, int y, String type, String anchor, String words) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" class=\"%s\" text-anchor=\"%s\">%s</text>%n"
            .formatted(x, y, type, anchor, words));
  }
}
