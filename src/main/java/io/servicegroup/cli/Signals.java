package io.servicegroup.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that people send to daemons by habit. SIGTERM and SIGINT are the JVM's, which runs
 * its shutdown hooks; SIGQUIT prints all threads, as of every JVM.
 *
 * <p>By reflection: the JDK offers signals in a package that the compiler warns of.
 */
final class Signals {

  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
  private static final String HANG_UP = "HUP";

  /**
   * Most of these would end the process where nobody takes them. SIGUSR2 crashes JVMs that keep it
   * for themselves, SIGTTIN and SIGTTOU stop the process as SIGSTOP does.
   */
  private static final List<String> HABITS = List.of("USR1", "USR2", "ALRM", "TTIN", "TTOU");

  private Signals() {}

  /**
   * Takes the signals over, for as long as the process lives.
   *
   * @param reload is run on a thread of its own for each SIGHUP, which by itself the JVM would take
   *     for a SIGTERM
   */
  static void install(Runnable reload) {
    install(HANG_UP, name -> reload.run());
    HABITS.forEach(
        habit ->
            install(
                habit,
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
