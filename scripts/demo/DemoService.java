import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * A service to look after: listens on a port of the loopback interface, keeps connections open and
 * echoes what they send. It ends with the quickstart that it belongs to.
 *
 * <p>{@code java DemoService NAME FOLDER}. In the folder it finds {@code quickstart.pid}, keeps its
 * port in {@code NAME.port} (so that it comes back where it was) and writes {@code NAME.pid} once
 * it listens.
 */
final class DemoService {

  private static final Map<String, Integer> PORTS =
      Map.of("web-1", 7101, "web-2", 7102, "worker-1", 7103);

  private DemoService() {}

  public static void main(String[] args) throws IOException {
    String name = args[0];
    Path folder = Path.of(args[1]);
    endWith(Long.parseLong(Files.readString(folder.resolve("quickstart.pid")).strip()));
    Path portFile = folder.resolve(name + ".port");
    try (ServerSocket server = listen(portFile, PORTS.get(name))) {
      write(portFile, server.getLocalPort());
      write(folder.resolve(name + ".pid"), ProcessHandle.current().pid());
      while (true) {
        Socket connection = server.accept();
        new Thread(() -> echo(connection)).start();
      }
    }
  }

  /** Once the quickstart is gone, however it went, nobody looks after this process any more. */
  private static void endWith(long pid) {
    ProcessHandle.of(pid)
        .orElseThrow(() -> new IllegalStateException("quickstart (process " + pid + ") is gone"))
        .onExit()
        .thenRun(() -> System.exit(0));
  }

  private static ServerSocket listen(Path portFile, int usual) throws IOException {
    if (Files.exists(portFile)) {
      return bind(Integer.parseInt(Files.readString(portFile).strip()));
    }
    try {
      return bind(usual);
    } catch (BindException taken) {
      return bind(0);
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static void echo(Socket connection) {
    try (connection) {
      connection.getInputStream().transferTo(connection.getOutputStream());
    } catch (IOException e) {
      System.out.println("A connection was lost: " + e.getMessage());
    }
  }

  /** In one step: whoever reads the file finds it whole. */
  private static void write(Path file, long number) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(unfinished, number + "\n");
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
