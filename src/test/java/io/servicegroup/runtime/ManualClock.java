package io.servicegroup.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Time that passes when a test says so. Timers run within {@link #advance}, in order. */
final class ManualClock implements TickerClock {

  private final Map<Long, Timer> timers = new TreeMap<>();
  private long nowMillis;
  private long ids;

  private record Timer(long at, Runnable action) {}

  void advance(long millis) {
    long until = nowMillis + millis;
    while (true) {
      Map.Entry<Long, Timer> next = null;
      for (Map.Entry<Long, Timer> timer : timers.entrySet()) {
        if (next == null || timer.getValue().at < next.getValue().at) {
          next = timer;
        }
      }
      if (next == null || next.getValue().at > until) {
        break;
      }
      nowMillis = Math.max(nowMillis, next.getValue().at);
      timers.remove(next.getKey());
      next.getValue().action.run();
    }
    nowMillis = until;
  }

  /** Passes without any timer running: a paused process. */
  void pause(long millis) {
    nowMillis += millis;
  }

  int timers() {
    return timers.size();
  }

  long millis() {
    return nowMillis;
  }

  @Override
  public long setTimer(long millis, Runnable action) {
    timers.put(++ids, new Timer(nowMillis + millis, action));
    return ids;
  }

  @Override
  public void cancelTimer(long id) {
    timers.remove(id);
  }

  @Override
  public void onContext(Runnable action) {
    action.run();
  }

  @Override
  public long nanoTime() {
    return TimeUnit.MILLISECONDS.toNanos(nowMillis);
  }
}
