package io.servicegroup.runtime;

import io.vertx.core.spi.ExecutorServiceFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes pools of threads for Vert.x whose threads end when nothing was left to do for a while.
 * Vert.x's own pools keep every thread that was ever needed: for an agent, which blocks one at its
 * start and when a secret or a certificate is read, those would rest in memory for ever.
 */
public final class RestingThreads implements ExecutorServiceFactory {

  private static final int SECONDS = 5;

  /** Makes the factory. */
  public RestingThreads() {}

  @Override
  public ExecutorService createExecutor(ThreadFactory threads, Integer concurrency, Integer most) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most, most, SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
