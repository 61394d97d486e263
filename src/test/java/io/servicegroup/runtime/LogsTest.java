package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.servicegroup.config.AgentConfig.LogFormat;
import io.servicegroup.config.AgentConfig.LogLevel;
import io.servicegroup.config.AgentConfig.Logging;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

@Timeout(30)
class LogsTest {

  private static final Pattern DROPPED = Pattern.compile("(\\d+) log lines were dropped");

  private final LoggerContext context = context();
  private final Logger log = context.getLogger("io.servicegroup.Some");
  private final Reader reader = new Reader();

  private static LoggerContext context() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    return context;
  }

  /** A pipe that is full for as long as nobody reads. */
  private static final class Reader extends OutputStream {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final CountDownLatch reads = new CountDownLatch(1);
    private final CountDownLatch full = new CountDownLatch(1);

    @Override
    public void write(int octet) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] octets) {
      full.countDown();
      awaitReader();
      written.writeBytes(octets);
    }

    /** As a write to a pipe, not to be interrupted. */
    private void awaitReader() {
      boolean interrupted = Thread.interrupted();
      while (reads.getCount() > 0) {
        try {
          reads.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      throw new AssertionError("standard output was closed");
    }

    List<String> lines() {
      return written.toString(StandardCharsets.UTF_8).lines().toList();
    }
  }

  private Logs read(Logging logging) {
    reader.reads.countDown();
    Logs logs = new Logs(context, reader, false);
    logs.set(logging);
    return logs;
  }

  private List<String> ended(Logs logs) {
    logs.stop();
    return reader.lines();
  }

  @Test
  void whoeverLogsNeverWaitsAndWhatIsMissingIsCountedAndSaid() throws Exception {
    Logs logs = new Logs(context, reader, false);
    log.info("the first");
    assertThat(reader.full.await(10, TimeUnit.SECONDS)).isTrue();

    int each = 5_000;
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread writer =
          new Thread(
              () -> {
                for (int line = 0; line < each; line++) {
                  log.info("line {}", line);
                }
              });
      writer.start();
      writers.add(writer);
    }
    for (Thread writer : writers) {
      writer.join(10_000);
      assertThat(writer.isAlive()).as("waits for a reader").isFalse();
    }
    long dropped = logs.dropped();
    assertThat(dropped).isPositive();

    reader.reads.countDown();
    List<String> lines = ended(logs);
    assertThat(lines.stream().filter(line -> line.contains(" - line ")).count())
        .isEqualTo(4L * each - dropped);
    assertThat(lines.stream().mapToLong(LogsTest::dropped).sum()).isEqualTo(dropped);
  }

  private static long dropped(String line) {
    Matcher said = DROPPED.matcher(line);
    return said.find() ? Long.parseLong(said.group(1)) : 0;
  }

  @Test
  void endingTheLogIsBoundedWhereNobodyReads() {
    Logs logs = new Logs(context, reader, false);
    log.info("the first");
    log.info("the second");
    long started = System.nanoTime();
    logs.stop();
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(3));
    reader.reads.countDown();
  }

  @Test
  void timesAreInUtcWhereverTheMachineIs() {
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
    try {
      Logs logs = read(Logging.DEFAULT);
      log.info("hello");
      assertIsNow(ended(logs).get(0).split(" ")[0]);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  private static void assertIsNow(String time) {
    assertThat(time).endsWith("Z");
    assertThat(Duration.between(Instant.parse(time), Instant.now()).abs())
        .isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void inJsonEachLineIsAnObjectWithTheWholeSentence() {
    Logs logs = read(new Logging(LogLevel.INFO, LogFormat.JSON));
    log.warn("{} said \"{}\"", "a\nb", "é\u0001", new IllegalStateException("broken"));
    log.info("plain");
    List<String> lines = ended(logs);
    assertThat(lines).hasSize(2);
    JsonObject first = new JsonObject(lines.get(0));
    assertThat(first.getString("level")).isEqualTo("WARN");
    assertThat(first.getString("message")).isEqualTo("a\nb said \"é\u0001\"");
    assertThat(first.getJsonObject("throwable").getString("message")).isEqualTo("broken");
    assertIsNow(first.getString("timestamp"));
    assertThat(new JsonObject(lines.get(1)).getString("message")).isEqualTo("plain");
  }

  @Test
  void inTextTheStackTraceOfAFailureFollowsTheSentence() {
    Logs logs = read(Logging.DEFAULT);
    log.warn("{} é", "a", new IllegalStateException("broken", new IOException("below")));
    log.info("next");
    List<String> lines = ended(logs);
    assertThat(lines.get(0)).endsWith(" WARN Some - a é");
    assertThat(lines.get(1)).isEqualTo("java.lang.IllegalStateException: broken");
    assertThat(lines.get(2)).startsWith("\tat ").contains(LogsTest.class.getName());
    assertThat(lines).contains("Caused by: java.io.IOException: below");
    assertThat(lines.get(lines.size() - 1)).endsWith(" INFO Some - next");
  }

  @Test
  void levelAndFormatChangeAtRunTimeAndNoLineIsLost() {
    Logs logs = read(Logging.DEFAULT);
    log.debug("no");
    log.info("one");
    logs.set(new Logging(LogLevel.DEBUG, LogFormat.JSON));
    log.debug("two");
    logs.set(new Logging(LogLevel.WARN, LogFormat.JSON));
    log.info("no");
    log.warn("three");
    List<String> lines = ended(logs);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).endsWith(" INFO Some - one");
    assertThat(lines.get(1)).contains("two");
    assertThat(lines.get(2)).contains("three");
  }

  @Test
  void aLibraryIsHeardOnlyFromWarningsOn() {
    Logs logs = read(new Logging(LogLevel.TRACE, LogFormat.TEXT));
    context.getLogger("io.netty.x").info("no");
    context.getLogger("io.netty.x").warn("yes");
    context.getLogger("org.apache.zookeeper.ClientCnxn").error("no");
    log.trace("yes");
    assertThat(ended(logs)).hasSize(2).allMatch(line -> line.endsWith("yes"));
  }
}
