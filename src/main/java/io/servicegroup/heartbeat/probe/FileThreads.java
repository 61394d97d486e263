package io.servicegroup.heartbeat.probe;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that read files whose file system may hang, for example over a network. A few read at a
 * time, and a thread that hangs is replaced, so that no file delays another. To be used on one
 * context.
 */
final class FileThreads {

  /** The number of threads that read at a time, besides those that hang. */
  private static final int AT_ONCE = 4;

  /** A reading that takes longer is taken to hang; usually it takes microseconds. */
  private static final long HANGS_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long LOOK_MILLIS = 100;

  /**
   * The largest number of threads, since each takes memory: where so many hang, the next file
   * waits.
   */
  static final int MOST = 128;

  private record Task<T>(Callable<T> read, Runnable started, Promise<T> result) {}

  private final Vertx vertx;
  private final Context context;
  private final ExecutorService threads;
  private final Queue<Task<?>> waiting = new ArrayDeque<>();
  private final Map<Task<?>, Long> running = new HashMap<>();
  private boolean looking;

  FileThreads(Vertx vertx) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    AtomicInteger numbers = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> {
              Thread thread = new Thread(work, "servicegroup-file-" + numbers.incrementAndGet());
              // A thread that hangs must not keep the process from ending.
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Reads on a thread, at once or when one is free.
   *
   * @param started called on the context when the reading begins
   * @return what was read
   */
  <T> Future<T> run(Callable<T> read, Runnable started) {
    Task<T> task = new Task<>(read, started, Promise.promise());
    waiting.add(task);
    next();
    return task.result().future();
  }

  private void next() {
    long now = System.nanoTime();
    long hung = running.values().stream().filter(since -> now - since > HANGS_NANOS).count();
    while (!waiting.isEmpty() && running.size() - hung < AT_ONCE && running.size() < MOST) {
      begin(waiting.remove(), now);
    }
    if (!waiting.isEmpty() && !looking) {
      looking = true;
      vertx.setTimer(
          LOOK_MILLIS,
          timer -> {
            looking = false;
            next();
          });
    }
  }

  private <T> void begin(Task<T> task, long now) {
    running.put(task, now);
    try {
      threads.execute(() -> read(task));
    } catch (Throwable e) { // an Error too: perhaps no thread can be created
      running.remove(task);
      task.result().fail(e);
      return;
    }
    task.started().run();
  }

  private <T> void read(Task<T> task) {
    T found = null;
    Throwable failure = null;
    try {
      found = task.read().call();
    } catch (Throwable e) { // an Error too: the caller waits for the result
      failure = e;
    }
    T result = found;
    Throwable cause = failure;
    context.runOnContext(
        back -> {
          running.remove(task);
          if (cause == null) {
            task.result().complete(result);
          } else {
            task.result().fail(cause);
          }
          next();
        });
  }

  /** Starts no further reading; threads that hang are not waited for. */
  void close() {
    waiting.clear();
    threads.shutdownNow();
  }
}
