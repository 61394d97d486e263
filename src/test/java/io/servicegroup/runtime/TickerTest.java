package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.Logged;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TickerTest {

  private static final Duration INTERVAL = Duration.ofMillis(1000);
  private static final Duration BOUND = Duration.ofMillis(5000);

  private final ManualClock clock = new ManualClock();
  private final List<Long> runs = new ArrayList<>();

  private Ticker start(IntFunction<Future<?>> work) {
    Supplier<Future<?>> run =
        () -> {
          runs.add(clock.millis());
          return work.apply(runs.size());
        };
    return Ticker.start(clock, "test", INTERVAL, BOUND, run);
  }

  /** What a run may do; each must be followed by the next run. */
  enum Deed {
    SUCCEED,
    FAIL,
    THROW,
    THROW_ERROR,
    RETURN_NULL,
    NEVER_END,
    END_AFTER_60_S
  }

  @Provide
  Arbitrary<List<Deed>> deeds() {
    return Arbitraries.of(Deed.class).list().ofMinSize(1).ofMaxSize(30);
  }

  @Property(tries = 50)
  void whateverARunDoesTheNextFollowsAndNoneOverlap(@ForAll("deeds") List<Deed> deeds) {
    ManualClock time = new ManualClock();
    List<Long> starts = new ArrayList<>();
    Ticker.start(
        time,
        "test",
        INTERVAL,
        BOUND,
        () -> {
          starts.add(time.millis());
          return act(time, deeds.get((starts.size() - 1) % deeds.size()));
        });
    time.advance(120_000);

    for (int i = 1; i < starts.size(); i++) {
      Deed deed = deeds.get((i - 1) % deeds.size());
      boolean hangs = deed == Deed.NEVER_END || deed == Deed.END_AFTER_60_S;
      long gap = starts.get(i) - starts.get(i - 1);
      if (hangs) {
        assertThat(gap).isBetween(BOUND.toMillis(), BOUND.toMillis() + 1);
      } else {
        assertThat(gap).isBetween(900L, 1000L);
      }
    }
    assertThat(starts.get(starts.size() - 1)).isGreaterThanOrEqualTo(120_000 - 5_001);
  }

  private static final class Injected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Injected() {
      super("injected", null, false, false);
    }
  }

  private static final class InjectedError extends Error {
    private static final long serialVersionUID = 1L;

    InjectedError() {
      super("injected", null, false, false);
    }
  }

  private static Future<?> act(ManualClock time, Deed deed) {
    return switch (deed) {
      case SUCCEED -> Future.succeededFuture();
      case FAIL -> Future.failedFuture("injected");
      case THROW -> throw new Injected();
      case THROW_ERROR -> throw new InjectedError();
      case RETURN_NULL -> null;
      case NEVER_END -> Promise.promise().future();
      case END_AFTER_60_S -> {
        Promise<Void> late = Promise.promise();
        time.setTimer(60_000, late::complete);
        yield late.future();
      }
    };
  }

  @Test
  void theFirstRunIsAtOnceAndIntervalsAreJittered() {
    start(n -> Future.succeededFuture());
    assertThat(runs).containsExactly(0L);
    clock.advance(1_000_000);

    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < runs.size(); i++) {
      gaps.add(runs.get(i) - runs.get(i - 1));
    }
    assertThat(gaps).allMatch(gap -> gap >= 900 && gap <= 1000);
    assertThat(gaps.stream().distinct().count()).isGreaterThan(30);
  }

  @Test
  void theTimeOfARunIsPartOfTheInterval() {
    start(n -> after(800));
    clock.advance(100_000);

    for (int i = 1; i < runs.size(); i++) {
      assertThat(runs.get(i) - runs.get(i - 1)).isBetween(900L, 1000L);
    }
  }

  @Test
  void hastenRunsNowAndRestartsTheInterval() {
    Ticker ticker = start(n -> Future.succeededFuture());
    clock.advance(500);
    ticker.hasten();
    assertThat(runs).containsExactly(0L, 500L);

    clock.advance(899);
    assertThat(runs).hasSize(2);
    clock.advance(102);
    assertThat(runs).hasSize(3);
  }

  @Test
  void hastenDuringARunMakesOneMoreRightAfterIt() {
    Ticker ticker = start(n -> n == 1 ? after(300) : Future.succeededFuture());
    ticker.hasten();
    ticker.hasten();
    assertThat(runs).hasSize(1);
    clock.advance(310);
    assertThat(runs).containsExactly(0L, 301L);
  }

  @Test
  void workThatHastensItselfDoesNotFillTheStack() {
    Ticker[] ticker = new Ticker[1];
    ticker[0] =
        start(
            n -> {
              if (ticker[0] != null) {
                ticker[0].hasten();
              }
              return Future.succeededFuture();
            });
    clock.advance(100_000);
    assertThat(runs.size()).isGreaterThan(50_000);
  }

  @Test
  void stopWaitsForTheRunInProgress() {
    Ticker ticker = start(n -> after(300));
    Future<Void> stopped = ticker.stop();
    assertThat(stopped.isComplete()).isFalse();
    clock.advance(300);
    assertThat(stopped.succeeded()).isTrue();
    assertThat(clock.timers()).isZero();

    ticker.hasten();
    clock.advance(10_000);
    assertThat(runs).hasSize(1);
    assertThat(ticker.stop().succeeded()).isTrue();
  }

  @Test
  void stopDoesNotWaitLongerThanTheBound() {
    Ticker ticker = start(n -> Promise.promise().future());
    Future<Void> stopped = ticker.stop();
    clock.advance(4_999);
    assertThat(stopped.isComplete()).isFalse();
    clock.advance(1);
    assertThat(stopped.succeeded()).isTrue();
  }

  @Test
  void stopBetweenRunsIsImmediate() {
    Ticker ticker = start(n -> Future.succeededFuture());
    assertThat(ticker.stop().succeeded()).isTrue();
    assertThat(clock.timers()).isZero();
  }

  @Test
  void aRunThatEndsAfterItsBoundDoesNotDisturbTheNext() {
    Promise<Void> first = Promise.promise();
    Promise<Void> second = Promise.promise();
    start(n -> n == 1 ? first.future() : second.future());
    clock.advance(5_100);
    assertThat(runs).hasSize(2);
    first.complete();
    clock.advance(2_000);
    assertThat(runs).hasSize(2);
    second.complete();
    clock.advance(10);
    assertThat(runs).hasSize(3);
  }

  @Test
  void anInterruptedProcessRunsOnceAndGoesOn() {
    start(n -> Future.succeededFuture());
    clock.pause(60_000);
    clock.advance(10);
    assertThat(runs).hasSize(2);
  }

  @Test
  void oneWarningWhereRunsTakeLongerThanTheInterval() {
    List<String> log =
        Logged.during(
            () -> {
              start(n -> after(1_500));
              clock.advance(10_000);
            });
    assertThat(log)
        .filteredOn(line -> line.contains("longer than its interval"))
        .as("exactly one warning")
        .hasSize(1);
  }

  private Future<Void> after(long millis) {
    Promise<Void> promise = Promise.promise();
    clock.setTimer(millis, promise::complete);
    return promise.future();
  }
}
