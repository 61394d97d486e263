package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedAnswer.ClientError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One connection to one server. Commands are sent without waiting for earlier answers, which arrive
 * in the same order. An answer that the protocol does not allow closes the connection, and
 * everything that waits on it fails. A late answer fails its caller only; the connection is then
 * used for nothing new, and is closed when no caller waits on it. An idle connection causes no
 * work.
 *
 * <p>Used on the context on which it was created.
 */
final class MemcachedConnection {

  private static final long NONE = -1;

  private final Vertx vertx;
  private final NetSocket socket;
  private final Deque<Batch> waiting = new ArrayDeque<>();
  private Consumer<Throwable> lost = why -> {};
  private Buffer unsent;
  private long timer = NONE;
  private long timerNanos;
  private long answeredNanos = System.nanoTime();
  private boolean retired;
  private boolean closed;

  /**
   * Creates a connection on an open socket.
   *
   * @param vertx for timers
   * @param socket connected, with nothing read from it yet
   */
  MemcachedConnection(Vertx vertx, NetSocket socket) {
    this.vertx = vertx;
    this.socket = socket;
    socket.handler(
        new MemcachedParser(
            this::answered,
            said -> end(failure("answered out of step (is it a memcached?): " + said))));
    socket.exceptionHandler(this::end);
    socket.closeHandler(nothing -> end(failure("the server closed the connection")));
  }

  /**
   * Tells a loss from now on.
   *
   * @param action is called with the reason when the connection ends otherwise than by {@link
   *     #close}, before the waiting calls fail; the reason is a {@link TimeoutException} where the
   *     server answered no call for that long
   */
  void whenLost(Consumer<Throwable> action) {
    lost = action;
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether new commands may be sent. */
  boolean isUsable() {
    return !closed && !retired;
  }

  /**
   * Sends commands together.
   *
   * @param commands at least one
   * @param deadlineNanos when all are to be answered, by {@link System#nanoTime}
   * @param millis the caller's bound, for the message of a failure
   * @return an answer to each; fails where the connection ends first
   */
  Future<List<MemcachedAnswer>> send(
      List<MemcachedCommand> commands, long deadlineNanos, long millis) {
    if (closed) {
      return Future.failedFuture(failure("the connection is closed"));
    }
    Batch batch = new Batch(commands, deadlineNanos, millis);
    waiting.add(batch);
    write(commands);
    watch(deadlineNanos);
    return batch.promise.future();
  }

  /**
   * Queues commands; all commands of one turn of the event loop are written to the socket together.
   */
  private void write(List<MemcachedCommand> commands) {
    if (unsent == null) {
      unsent = Buffer.buffer();
      vertx.runOnContext(turned -> flush());
    }
    commands.forEach(command -> command.appendTo(unsent));
  }

  private void flush() {
    Buffer out = unsent;
    unsent = null;
    if (!closed) {
      socket.write(out).onFailure(this::end);
    }
  }

  private void answered(MemcachedAnswer answer) {
    if (closed) {
      return;
    }
    Batch first = waiting.peek();
    if (answer instanceof ClientError error) {
      // The server may have read the following bytes as another command, so the connection ends.
      end(failure("refused to go on: " + error.words()));
    } else if (first == null || !first.next().isAnsweredBy(answer)) {
      end(failure("answered something else than it was asked"));
    } else {
      answeredNanos = System.nanoTime();
      first.answers.add(answer);
      if (first.answers.size() == first.commands.size()) {
        waiting.remove();
        first.promise.tryComplete(first.answers);
        closeIfNobodyWaits();
      }
    }
  }

  private void closeIfNobodyWaits() {
    if (retired && !closed && waiting.stream().allMatch(Batch::isOver)) {
      close();
    }
  }

  /**
   * Sets one timer, for the earliest deadline. An answer does not cancel it: almost every call is
   * answered in time, and a timer of its own for each would cost more.
   */
  private void watch(long deadlineNanos) {
    if (timer != NONE && timerNanos - deadlineNanos <= 0) {
      return;
    }
    vertx.cancelTimer(timer);
    timerNanos = deadlineNanos;
    long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    timer = vertx.setTimer(Math.max(1, left + 1), passed -> look());
  }

  private void look() {
    timer = NONE;
    long now = System.nanoTime();
    List<Batch> late = new ArrayList<>();
    Batch earliest = null;
    for (Batch batch : waiting) {
      if (!batch.isOver() && batch.deadlineNanos - now <= 0) {
        late.add(batch);
      } else if (!batch.isOver()
          && (earliest == null || batch.deadlineNanos - earliest.deadlineNanos < 0)) {
        earliest = batch;
      }
    }
    if (earliest != null) {
      watch(earliest.deadlineNanos);
    }
    if (!late.isEmpty()) {
      giveUp(late);
    }
  }

  /**
   * Fails the late calls. Their answers may still arrive, before those of later calls, and are
   * dropped.
   */
  private void giveUp(List<Batch> late) {
    retired = true;
    if (late.stream().allMatch(batch -> batch.sentNanos - answeredNanos >= 0)) {
      lost.accept(late.get(0).late());
    }
    late.forEach(batch -> batch.promise.tryFail(batch.late()));
    closeIfNobodyWaits();
  }

  /** Closes the connection; calls that wait for an answer fail. */
  void close() {
    close(failure("the connection was closed"));
  }

  private void end(Throwable why) {
    if (!closed) {
      closed = true;
      lost.accept(why);
      close(why);
    }
  }

  private void close(Throwable why) {
    closed = true;
    vertx.cancelTimer(timer);
    socket.close();
    while (!waiting.isEmpty()) {
      waiting.remove().promise.tryFail(why);
    }
  }

  private static VertxException failure(String what) {
    return new VertxException(what, true);
  }

  /** Commands that were sent together, with the answers so far. */
  private static final class Batch {
    private final List<MemcachedCommand> commands;
    private final long sentNanos = System.nanoTime();
    private final long deadlineNanos;
    private final long millis;
    private final List<MemcachedAnswer> answers;
    private final Promise<List<MemcachedAnswer>> promise = Promise.promise();

    Batch(List<MemcachedCommand> commands, long deadlineNanos, long millis) {
      this.commands = commands;
      this.deadlineNanos = deadlineNanos;
      this.millis = millis;
      this.answers = new ArrayList<>(commands.size());
    }

    /** Whether its caller has its answer or has given up. */
    boolean isOver() {
      return promise.future().isComplete();
    }

    TimeoutException late() {
      return new TimeoutException("did not answer within " + millis + " ms");
    }

    MemcachedCommand next() {
      return commands.get(answers.size());
    }
  }
}
