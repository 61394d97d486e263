package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that hang whoever opens them, as those of a network's file system do whose server is away:
 * another process holds a lease on each and does not give it back. They look as if they had just
 * been written.
 */
final class HangingFiles implements AutoCloseable {

  private static final String HOLDER =
      """
      import fcntl, os, signal, sys, time
      signal.signal(signal.SIGIO, signal.SIG_IGN)
      files = [os.open(name, os.O_RDWR) for name in sys.argv[1:]]
      for file in files:
          fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
      for name in sys.argv[1:]:
          os.utime(name, (time.time() + 1, time.time() + 1))
      print("held", flush=True)
      sys.stdin.read()
      """;

  private final Process holder;

  private HangingFiles(Process holder) {
    this.holder = holder;
  }

  static HangingFiles hang(List<Path> files) throws Exception {
    List<String> command = new ArrayList<>(List.of("python3", "-c", HOLDER));
    files.forEach(file -> command.add(file.toString()));
    Process holder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(holder.inputReader().readLine()).isEqualTo("held");
    return new HangingFiles(holder);
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
