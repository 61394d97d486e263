package io.servicegroup.backend.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * The proof that what was written is there: a count under a nonce, read before the next is written.
 * A Redis that came back empty, or was followed by a replica that lags, lacks it or has an older
 * one.
 */
final class RedisCanary {

  /** Long, so that it expires only where this process was away for longer. */
  static final Duration LEAST_LIFE = Duration.ofHours(1);

  private final String key;
  private final Duration life;
  private final LongSupplier millis;
  private final String nonce = UUID.randomUUID().toString().substring(0, 8);
  private long written;
  private long acknowledged;
  private long writtenAt;
  private long acknowledgedAt;

  /**
   * Makes one.
   *
   * @param key where it lives
   * @param downTime {@code service_down_time}
   * @param millis a clock that goes on while the machine is suspended
   */
  RedisCanary(String key, Duration downTime, LongSupplier millis) {
    this.key = key;
    Duration several = downTime.multipliedBy(10);
    this.life = several.compareTo(LEAST_LIFE) > 0 ? several : LEAST_LIFE;
    this.millis = millis;
  }

  Request read() {
    return Request.cmd(Command.GET).arg(key);
  }

  Request writeNext() {
    written++;
    writtenAt = millis.getAsLong();
    return Request.cmd(Command.SET)
        .arg(key)
        .arg(nonce + " " + written)
        .arg("PX")
        .arg(life.toMillis());
  }

  /** The write of the last {@link #writeNext()} arrived. */
  void acknowledged() {
    acknowledged = written;
    acknowledgedAt = writtenAt;
  }

  /** Whether what was acknowledged is not there, and was not to expire. */
  boolean isLost(String found) {
    if (acknowledged == 0 || millis.getAsLong() - acknowledgedAt >= life.toMillis()) {
      return false;
    }
    String ours = nonce + " ";
    if (found == null || !found.startsWith(ours)) {
      return true;
    }
    try {
      // A write whose answer was lost may have arrived.
      return Long.parseLong(found.substring(ours.length())) < acknowledged;
    } catch (NumberFormatException e) {
      return true; // somebody wrote over it
    }
  }

  Future<?> remove(RedisClient client) {
    if (written == 0) {
      return Future.succeededFuture();
    }
    RedisBatch batch = new RedisBatch();
    batch.add(Request.cmd(Command.DEL).arg(key));
    return client.run(batch::send);
  }
}
