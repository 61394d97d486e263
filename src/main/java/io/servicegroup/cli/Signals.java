package io.servicegroup.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the signals that people commonly send to daemons: SIGHUP reloads the configuration,
 * others are ignored. SIGTERM and SIGINT are handled by the JVM, which runs its shutdown hooks, and
 * SIGQUIT prints all threads, as in every JVM.
 *
 * <p>It uses reflection, because the compiler warns of the JDK's package for signals.
 */
final class Signals {

  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
  private static final String HANG_UP = "HUP";

  /**
   * The signals that are ignored. Without a handler most of them would end the process, SIGUSR2
   * crashes JVMs that use it themselves, and SIGTTIN and SIGTTOU suspend the process.
   */
  private static final List<String> IGNORED = List.of("USR1", "USR2", "ALRM", "TTIN", "TTOU");

  private Signals() {}

  /**
   * Installs the handlers, for as long as the process runs.
   *
   * @param reload runs for each SIGHUP, on a thread of its own; without a handler the JVM would
   *     treat SIGHUP like SIGTERM
   */
  static void install(Runnable reload) {
    install(HANG_UP, name -> reload.run());
    IGNORED.forEach(
        ignored ->
            install(
                ignored,
                name ->
                    LOG.info(
                        "SIG{} means nothing to this agent; SIGHUP reloads its configuration,"
                            + " SIGTERM stops it",
                        name)));
  }

  private static void install(String name, Consumer<String> action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> answer(self, method, arguments, name, action));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      LOG.debug("SIG{} is left to the JVM: {}", name, cause.toString());
    }
  }

  private static Object answer(
      Object self, Method method, Object[] arguments, String name, Consumer<String> action) {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "SIG" + name;
      default -> {
        action.accept(name);
        yield null;
      }
    };
  }
}
